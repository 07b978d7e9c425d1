import { expect, it } from 'vitest';
import { readableCall, shortName } from '../../../../electron/main/tray/readable-call.ts';
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

it('shows nothing of a call that holds a secret, however short it is', () => {
  const json = '{"pw":"x"}';
  const resource = 'a:b?pw=x';
  const { lines, isWhole } = readable({
    arguments: json,
    resource,
    resources: [resource],
    holdsSecret: true,
  });
  expect(lines).toEqual(['Holds something that looks like a secret: look at it in the window']);
  expect(isWhole).toBe(false);
});

it('has a short name that may be what is read, but not where that holds a secret', () => {
  const read = { tool: null, method: 'resources/read', resource: 'a:b?pw=x' };
  expect(shortName(approval(read))).toBe('a:b?pw=x');
  expect(shortName(approval({ ...read, holdsSecret: true }))).toBe('resources/read');
  expect(shortName(approval({ ...read, tool: 'send_note' }))).toBe('send_note');
});
