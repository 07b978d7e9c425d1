import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../renderer/command-line.ts';

const wordsOf = (text: string, isWindows = false) => {
  const parsed = parseCommandLine(text, isWindows);
  return parsed.ok ? [parsed.command, ...parsed.args] : parsed.fault;
};

describe('a command line', () => {
  it.each([
    ['npx -y @scope/server /home/me', ['npx', '-y', '@scope/server', '/home/me']],
    ['  node\tserver.js  ', ['node', 'server.js']],
    [`run 'one word' "two words" ''`, ['run', 'one word', 'two words', '']],
    [String.raw`run "say \"hi\"" a\ b 'c\d'`, ['run', 'say "hi"', 'a b', String.raw`c\d`]],
    [`run --name='x y'z`, ['run', '--name=x yz']],
    [`run 'a;b' "c|d" e=f`, ['run', 'a;b', 'c|d', 'e=f']],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('keeps the paths of Windows as they are', () => {
    expect(wordsOf(String.raw`"C:\Program Files\node.exe" C:\me\server.js`, true)).toEqual([
      String.raw`C:\Program Files\node.exe`,
      String.raw`C:\me\server.js`,
    ]);
  });

  it.each([
    ['', /Type the command/],
    ['run "open', /is open at the end/],
    ['run a | sort', /without a shell, to which alone \| means/],
    ['run $(id)', /without a shell/],
    ['run `id`', /without a shell/],
    ['run; rm', /without a shell/],
    ['API_KEY=x run', /begin with the command/],
    ['run ~/notes', /Write the full path in place of ~\/notes/],
    ['run $HOME/notes', /Write the full path/],
  ])('%s is refused, with what to do', (text, words) => {
    expect(wordsOf(text)).toMatch(words);
  });
});
