import { describe, expect, it } from 'vitest';
import { answerText, readAnswerText } from '../../../../electron/gateway/audit/answer-text.ts';
import type { ResponseMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { readServerMessage } from '../../../../electron/gateway/wire/parse.ts';
import { sampleRedactor } from '../redaction/sample.ts';

function messageOf(text: string): ResponseMessage {
  const read = readServerMessage(Buffer.from(text));
  const message = read.ok ? read.value[0] : undefined;
  if (message?.kind !== 'response') throw new Error('no response');
  return message;
}

const responseOf = (result: unknown) => messageOf(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
const redaction = () => sampleRedactor().of({ server: 'files', tool: 'read' }, []);
const summaryOf = (result: unknown, looking = redaction()) =>
  readAnswerText(answerText(responseOf(result), looking));
const plain = (text = '') => text.replaceAll(/:hmac=[\da-f]{12}\]/gu, ']');

describe('the summary of an answer', () => {
  it('has the parts of a tool call with their sizes, and its text', () => {
    const content = [
      { type: 'text', text: 'süß' },
      { type: 'image', data: 'QUJD', mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'file:///a', text: 'more' } },
      { type: 'resource_link', uri: 'file:///b' },
    ];
    expect(summaryOf({ content, isError: true, structuredContent: { a: 1 } })).toEqual({
      isError: true,
      parts: [
        { type: 'text', bytes: 5 },
        { type: 'image', bytes: 4 },
        { type: 'resource', bytes: 4 },
        { type: 'resource_link', bytes: null },
        { type: 'structuredContent', bytes: 7 },
      ],
      cut: false,
      text: 'süß\nmore',
    });
  });

  it.each([
    [{ contents: [{ uri: 'file:///a', blob: 'QUJD' }] }, [{ type: 'blob', bytes: 4 }], ''],
    [
      { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }] },
      [{ type: 'text', bytes: 2 }],
      'hi',
    ],
    [{ tools: [] }, [], ''],
  ])('has those of resources and prompts, and none of other answers: %j', (result, parts, text) => {
    expect(summaryOf(result)).toEqual({ isError: false, parts, cut: false, text });
  });

  it('is none for an error, which has a message, and for a result that is no object', () => {
    const error = messageOf('{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}');
    expect(answerText(error, redaction())).toBeNull();
    expect(summaryOf([1])).toBeNull();
  });

  it('is bounded: so many characters, so many parts', () => {
    const content = Array.from({ length: 100 }, () => ({ type: 'text'.repeat(50), text: 'x'.repeat(9) }));
    const summary = summaryOf({ content });
    expect(summary?.parts).toHaveLength(20);
    expect(summary?.text).toHaveLength(500);
    expect(summary?.cut).toBe(true);
    expect(JSON.stringify(summary).length).toBeLessThan(3000);
  });

  it('lacks secrets by form, by name in a text that is JSON, cut or not, and those of the arguments', () => {
    const token = ['ghp', 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('_');
    const looking = redaction();
    looking.json(Buffer.from('{"password":"open sesame"}'), 26);
    const json = JSON.stringify({ pin: 1234, rows: 'r'.repeat(40_000) });
    const text = (value: string) =>
      plain(summaryOf({ content: [{ type: 'text', text: value }] }, looking)?.text);
    expect(text(`use ${token}, or open sesame`)).toBe('use [redacted:github-token], or [redacted:password]');
    expect(text('{"pin":1234}')).toBe('{"pin":"[redacted:pin]"}');
    expect(text(json).startsWith('{"pin":"[redacted:pin]","rows":"rrrr')).toBe(true);
  });

  it('has nothing of a secret that goes on behind what is kept', () => {
    const token = ['ghp', 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('_');
    const summary = summaryOf({ content: [{ type: 'text', text: 'x '.repeat(248) + token }] });
    expect(summary?.text).not.toContain('ghp');
  });

  it('costs as little for a large answer as for one that is just too large to be read whole', () => {
    const large = responseOf({ content: [{ type: 'text', text: 'a b '.repeat(7_500_000) }], isError: true });
    const begun = performance.now();
    const summary = readAnswerText(answerText(large, redaction()));
    expect(performance.now() - begun).toBeLessThan(50);
    // What stands behind the text is not looked at.
    expect(summary).toMatchObject({ isError: false, cut: true, parts: [{ type: 'text', bytes: null }] });
    expect(summary?.text).toHaveLength(500);
  });
});
