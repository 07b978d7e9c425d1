// Headers that are made from bodies; the encodings are those of the specification's own table.
import { describe, expect, it } from 'vitest';
import type { RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { headerValue, modernHeaders } from '../../../../electron/gateway/wire/modern-headers.ts';
import { metaKeys } from '../../../../electron/gateway/wire/request-meta.ts';

function asked(method: string, params: Record<string, unknown>): RequestMessage {
  const claimed = { _meta: { [metaKeys.protocolVersion]: '2026-07-28' }, ...params };
  return { kind: 'request', id: 1, method, params: claimed, bytes: Buffer.from('{}') };
}

describe('modernHeaders', () => {
  it.each([
    ['tools/call', { name: 'get_weather', uri: 'x:other' }, 'get_weather'],
    ['prompts/get', { name: 'greeting' }, 'greeting'],
    ['resources/read', { uri: 'file:///a/b.json', name: 'other' }, 'file:///a/b.json'],
    ['tasks/cancel', { taskId: 'task-1' }, 'task-1'],
  ])('name version, method and the subject of %s', (method, params, name) => {
    expect(modernHeaders(asked(method, params))).toEqual({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': name,
    });
  });

  it('name no subject where the method has none, or the params name none', () => {
    expect(modernHeaders(asked('tools/list', { name: 'x' }))).not.toHaveProperty('mcp-name');
    expect(modernHeaders(asked('tools/call', { name: 7 }))).not.toHaveProperty('mcp-name');
  });

  it('leave the version out where none is claimed', () => {
    const claimless = asked('tools/list', { _meta: { [metaKeys.protocolVersion]: 7 } });
    expect(modernHeaders(claimless)).toEqual({ 'mcp-method': 'tools/list' });
  });
});

describe('headerValue', () => {
  it.each([
    ['us-west1', 'us-west1'],
    ['a\tb c', 'a\tb c'],
    ['x', 'x'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['', '=?base64??='],
  ])('makes %j safe', (text, expected) => {
    expect(headerValue(text)).toBe(expected);
  });
});
