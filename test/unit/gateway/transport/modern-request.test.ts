// Which POSTs are of the modern era, and what is wrong with those that can't be served.
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../electron/gateway/call.ts';
import { errors } from '../../../../electron/gateway/errors.ts';
import { isModern, readModernRequest } from '../../../../electron/gateway/transport/modern-request.ts';
import { headerValue } from '../../../../electron/gateway/wire/modern-headers.ts';
import { metaKeys } from '../../../../electron/gateway/wire/request-meta.ts';
import { clientMessage } from '../fakes.ts';
import { modern, MODERN, modernCall, modernMeta } from '../modern.ts';

const messageOf = (body: object): Message => clientMessage(JSON.stringify({ jsonrpc: '2.0', ...body }));

type Headers = Record<string, string | undefined>;

const headersFor = (method: string, name?: string): Headers => ({
  'mcp-protocol-version': MODERN,
  'mcp-method': method,
  ...(name === undefined ? {} : { 'mcp-name': name }),
});

const read = (body: object, headers: Headers) =>
  readModernRequest(headers, { batch: false, messages: [messageOf(body)] });

/** The code and the words of a refusal; null where the request is taken. */
function refusalOf(body: object, headers: Headers) {
  const result = read(body, headers);
  if (result.ok) return null;
  const { error, message, data } = result.refusal;
  return { code: errors[error].code, http: errors[error].http, message: message ?? '', data };
}

const toolCall = modernCall(1, 'read');
const toolHeaders = headersFor('tools/call', 'read');

describe('a POST is of the modern era', () => {
  const plain = messageOf({ id: 1, method: 'ping' });

  it.each(['2026-07-28', '2027-01-01'])('where its header says %s', (version) => {
    expect(isModern({ 'mcp-protocol-version': version }, [plain])).toBe(true);
  });

  it.each(['2025-11-25', '2024-11-05', 'latest', 'v999.0.0', '', '2026-07-28, 2026-07-28'])(
    'not where it says "%s"',
    (version) => {
      expect(isModern({ 'mcp-protocol-version': version }, [plain])).toBe(false);
    },
  );

  it('where its body claims a version, whatever that is and whatever the header says', () => {
    for (const claimed of [MODERN, '1900-01-01', 7, null]) {
      const body = messageOf(modern(1, 'tools/list', { _meta: { [metaKeys.protocolVersion]: claimed } }));
      expect(isModern({}, [body])).toBe(true);
      expect(isModern({ 'mcp-protocol-version': '2025-11-25' }, [plain, body])).toBe(true);
    }
  });

  it('not where its body has other metadata', () => {
    const body = messageOf({ id: 1, method: 'ping', params: { _meta: { progressToken: 1 } } });
    expect(isModern({}, [body, messageOf({ id: 1, result: {} })])).toBe(false);
  });
});

describe('a modern request', () => {
  it.each<[string, object, Headers]>([
    ['a call of a tool', toolCall, toolHeaders],
    ['a prompt', modern(1, 'prompts/get', { name: 'x' }), headersFor('prompts/get', 'x')],
    ['a resource', modern(1, 'resources/read', { uri: 'a:b' }), headersFor('resources/read', 'a:b')],
    ['a task', modern(1, 'tasks/get', { taskId: 't' }), headersFor('tasks/get', 't')],
    ['what has no name', modern(1, 'tools/list'), headersFor('tools/list')],
    ['a name that nobody asked for', modern(1, 'tools/list'), headersFor('tools/list', 'x')],
    ['a call whose body has no name', modern(1, 'tools/call'), headersFor('tools/call')],
    ['a name in other letters', modernCall(1, 'größe'), headersFor('tools/call', headerValue('größe'))],
    [
      'a name that looks encoded',
      modernCall(1, '=?base64?eA==?='),
      headersFor('tools/call', headerValue('=?base64?eA==?=')),
    ],
    [
      'a client without a name',
      modern(1, 'tools/list', { _meta: { [metaKeys.clientInfo]: undefined } }),
      headersFor('tools/list'),
    ],
  ])('is taken: %s', (_what, body, headers) => {
    expect(refusalOf(body, headers)).toBeNull();
  });

  it('has the headers of its parameters with it, and no others', () => {
    const headers = {
      ...toolHeaders,
      'mcp-param-region': 'north',
      'mcp-param-x': '=?base64?eA==?=',
      other: 'o',
    };
    expect(read(toolCall, headers)).toMatchObject({
      ok: true,
      request: { id: 1, method: 'tools/call' },
      paramHeaders: { 'mcp-param-region': 'north', 'mcp-param-x': '=?base64?eA==?=' },
    });
    const result = read(toolCall, headers);
    expect(result.ok && Object.keys(result.paramHeaders)).toHaveLength(2);
  });

  it.each<[string, object, Headers]>([
    ['another version in the header', toolCall, { ...toolHeaders, 'mcp-protocol-version': '2025-11-25' }],
    ['no version in the header', toolCall, { ...toolHeaders, 'mcp-protocol-version': undefined }],
    ['no method in the header', toolCall, { ...toolHeaders, 'mcp-method': undefined }],
    ['another method in the header', toolCall, { ...toolHeaders, 'mcp-method': 'tools/list' }],
    ['a method in other case', toolCall, { ...toolHeaders, 'mcp-method': 'TOOLS/CALL' }],
    ['a method twice', toolCall, { ...toolHeaders, 'mcp-method': 'tools/call, tools/call' }],
    ['no name in the header', toolCall, { ...toolHeaders, 'mcp-name': undefined }],
    ['another name in the header', toolCall, { ...toolHeaders, 'mcp-name': 'write' }],
    ['a name in other case', toolCall, { ...toolHeaders, 'mcp-name': 'Read' }],
    ['an encoded other name', toolCall, { ...toolHeaders, 'mcp-name': '=?base64?d3JpdGU=?=' }],
    ['a name without its padding', toolCall, { ...toolHeaders, 'mcp-name': '=?base64?cmVhZA?=' }],
    ['a name with other characters in it', toolCall, { ...toolHeaders, 'mcp-name': '=?base64?cm!VhZA==?=' }],
    ['an encoding in upper case', toolCall, { ...toolHeaders, 'mcp-name': '=?BASE64?cmVhZA==?=' }],
    ['a name that no header may hold', modernCall(1, 'größe'), headersFor('tools/call', 'größe')],
    ['bytes that are no text', modernCall(1, '\ufffd'), headersFor('tools/call', '=?base64?/w==?=')],
  ])('is refused with -32020 for %s', (_what, body, headers) => {
    expect(refusalOf(body, headers)).toMatchObject({ code: -32020, http: 400 });
  });

  it.each<[string, object]>([
    ['no metadata', { id: 1, method: 'tools/list' }],
    ['metadata that is a list', { id: 1, method: 'tools/list', params: { _meta: [] } }],
    ['no version', modern(1, 'tools/list', { _meta: { [metaKeys.protocolVersion]: undefined } })],
    ['a version that is a number', modern(1, 'tools/list', { _meta: { [metaKeys.protocolVersion]: 1 } })],
    ['no capabilities', modern(1, 'tools/list', { _meta: { [metaKeys.clientCapabilities]: undefined } })],
    [
      'capabilities that are a list',
      modern(1, 'tools/list', { _meta: { [metaKeys.clientCapabilities]: [] } }),
    ],
  ])('is refused with -32602 for %s', (_what, body) => {
    const refusal = refusalOf(body, headersFor('tools/list'));
    expect(refusal).toMatchObject({ code: -32602, http: 400 });
    expect(refusal?.message).toMatch(/io\.modelcontextprotocol\/(?:protocolVersion|clientCapabilities)/u);
  });

  it.each(['1900-01-01', '2025-11-25', '2099-01-01', 'v999.0.0'])(
    'is refused with -32022 for %s',
    (version) => {
      const body = modern(1, 'tools/list', { _meta: { [metaKeys.protocolVersion]: version } });
      for (const header of [version, undefined]) {
        expect(
          refusalOf(body, { ...headersFor('tools/list'), 'mcp-protocol-version': header }),
        ).toMatchObject({
          code: -32022,
          http: 400,
          data: { supported: [MODERN], requested: version },
        });
      }
    },
  );

  it.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'])(
    'is refused with -32601 for %s, which has ended',
    (method) => {
      expect(refusalOf(modern(1, method), headersFor(method))).toMatchObject({ code: -32601, http: 404 });
    },
  );

  it.each<[string, boolean, object[]]>([
    ['a batch of one', true, [toolCall]],
    ['a batch', true, [toolCall, toolCall]],
    ['a notification', false, [{ method: 'notifications/cancelled', params: { _meta: modernMeta } }]],
    ['an answer', false, [{ id: 1, result: {} }]],
  ])('is never %s', (_what, batch, bodies) => {
    const result = readModernRequest(toolHeaders, { batch, messages: bodies.map(messageOf) });
    expect(result).toMatchObject({ ok: false, refusal: { error: 'invalid_request' } });
  });
});
