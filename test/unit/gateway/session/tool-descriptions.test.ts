import { expect, it } from 'vitest';
import { createToolDescriptions } from '../../../../electron/gateway/session/tool-descriptions.ts';
import type { ResponseMessage } from '../../../../electron/gateway/wire/json-rpc.ts';

const answer = (value: unknown, error: ResponseMessage['error'] = null): ResponseMessage => ({
  kind: 'response',
  id: 1,
  error,
  result: value,
  bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: value })),
});
const list = (...tools: unknown[]) => answer({ tools });
const asked = (server: string, cursor?: string) => ({
  server,
  arguments: cursor === undefined ? {} : { cursor },
});
const nothing = { title: null, description: null, hints: {} };

it('has what the server says of a tool, and nothing of one that it has not listed', () => {
  const known = createToolDescriptions();
  const annotations = { title: 'Reads', readOnlyHint: true, openWorldHint: false };
  known.seen(asked('files'), list({ name: 'read', description: 'Reads a file', annotations }));
  expect(known.find('files', 'read')).toEqual({
    title: 'Reads',
    description: 'Reads a file',
    hints: { readOnly: true, openWorld: false },
  });
  expect(known.find('files', 'write')).toBeNull();
  expect(known.find('mail', 'read')).toBeNull();
  expect(known.all('mail')).toBeNull();
});

it('takes the title of the tool before that of its annotations', () => {
  const known = createToolDescriptions();
  known.seen(asked('files'), list({ name: 'read', title: 'Read', annotations: { title: 'Other' } }));
  expect(known.find('files', 'read')?.title).toBe('Read');
});

it('goes by the newest list, and joins its pages', () => {
  const known = createToolDescriptions();
  known.seen(asked('files'), list({ name: 'read', description: 'old' }));
  known.seen(asked('files', 'next'), list({ name: 'write' }));
  known.seen(asked('files'), list({ name: 'read', description: 'new' }));
  expect(known.find('files', 'read')?.description).toBe('new');
  expect(known.find('files', 'write')).toEqual(nothing);
  expect(known.all('files')?.map(({ name }) => name)).toEqual(['write', 'read']);
});

it('forgets the oldest page of a server that has too many', () => {
  const known = createToolDescriptions();
  for (let page = 0; page <= 20; page += 1)
    known.seen(asked('files', `page ${page}`), list({ name: `tool_${page}` }));
  expect(known.find('files', 'tool_0')).toBeNull();
  expect(known.find('files', 'tool_20')).toEqual(nothing);
});

it.each([
  ['an error', answer({ tools: [{ name: 'read' }] }, { code: -32603, message: 'broken' })],
  ['a list that is too long to be kept', list({ name: 'read', description: 'x'.repeat(2 * 1024 * 1024) })],
  ['no list', answer({ tools: 'read' })],
  ['a tool without a name', list({ description: 'read' }, 7)],
])('learns nothing from %s', (_what, given) => {
  const known = createToolDescriptions();
  known.seen(asked('files'), given);
  expect(known.find('files', 'read')).toBeNull();
});

it('leaves out what is not as it should be, and keeps the rest', () => {
  const known = createToolDescriptions();
  const annotations = { readOnlyHint: 'yes', destructiveHint: true };
  known.seen(asked('files'), list({ name: 'read', title: 7, description: 'x'.repeat(20_001), annotations }));
  expect(known.find('files', 'read')).toEqual({ ...nothing, hints: { destructive: true } });
});
