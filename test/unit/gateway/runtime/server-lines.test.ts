// What servers wrote to standard error: bounded, and without secrets.
import { expect, it } from 'vitest';
import { createServerLines } from '../../../../electron/gateway/runtime/server-lines.ts';

it('keeps the last lines of each server, with secrets taken out', () => {
  const lines = createServerLines(
    { words: (text) => text.replace('s3cret', '[redacted]') },
    { now: () => 42 },
  );
  for (let line = 1; line <= 300; line += 1) lines.add('files', `line ${line}`);
  lines.add('files', 'token s3cret');
  lines.add('mail', 'hello');
  expect(lines.of('files')).toHaveLength(200);
  expect(lines.of('files').at(-1)).toEqual({ at: 42, text: 'token [redacted]' });
  expect(lines.of('mail')).toEqual([{ at: 42, text: 'hello' }]);
  expect(lines.of('nobody')).toEqual([]);
});
