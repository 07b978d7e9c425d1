import { expect, it } from 'vitest';
import { readableCall } from '../../../../electron/main/tray/readable-call.ts';
import { approval } from './states.ts';

const room = { line: 20, all: 60 };
const readable = (change: Parameters<typeof approval>[0]) => readableCall(approval(change), room);

it('has the arguments as they came, in as many lines as they take', () => {
  const json = '{"to":"bob@example.com","n":1}';
  const { what, lines, isWhole } = readable({ arguments: json });
  expect({ what, isWhole }).toEqual({ what: 'send_note', isWhole: true });
  expect(lines).toHaveLength(2);
  expect(lines.join('')).toBe(json);
});

it('names what a call acts on, each thing once', () => {
  const resource = 'file:///etc/passwd';
  const both = { tool: null, method: 'resources/read', resource, resources: [resource, 'x:y'] };
  expect(readable({ ...both, arguments: '{}' })).toEqual({
    what: 'resources/read',
    lines: [resource, 'x:y'],
    isWhole: true,
  });
});

it('is nothing but the tool where there are no arguments', () => {
  expect(readable({ arguments: '{}' })).toEqual({ what: 'send_note', lines: [], isWhole: true });
});

it.each([
  ['they are long', { arguments: JSON.stringify({ text: 'x'.repeat(60) }) }],
  ['all together are long', { resource: 'a:'.padEnd(40, 'x'), arguments: JSON.stringify('y'.repeat(30)) }],
  ['something in them can’t be seen', { arguments: '{"to":"bob\u202e"}' }],
  ['they have lines of their own', { arguments: '{\n"to":"bob"\n}' }],
  ['a resource ends in blanks', { resource: 'file:///a ', arguments: '{}' }],
  ['the tool has a long name', { tool: 'x'.repeat(61), arguments: '{}' }],
])('is not the whole where %s', (_why, change) => {
  const { isWhole, lines, what } = readable(change);
  expect(isWhole).toBe(false);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(room.line);
  expect(what.length).toBeLessThanOrEqual(60);
});
