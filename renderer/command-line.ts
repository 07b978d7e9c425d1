// A command line as people type it, taken apart into the program and its arguments. No shell has a hand in it.

export type CommandLine =
  | { readonly ok: true; readonly command: string; readonly args: readonly string[] }
  /** `fault`: what is wrong, and how it is put right. */
  | { readonly ok: false; readonly fault: string };

const operators = new Set(['|', '&', ';', '<', '>', '`']);

/**
 * Blanks separate; single quotes keep everything as it is; in double quotes and outside of quotes a backslash keeps the
 * next character, but on Windows, where paths have them: there it does so before a double quote alone.
 */
export function parseCommandLine(text: string, isWindows: boolean): CommandLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1];
    const escapes = character === '\\' && quote !== "'" && next !== undefined && (!isWindows || next === '"');
    if (escapes) {
      word = (word ?? '') + next;
      at += 1;
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/u.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (operators.has(character) || (character === '$' && next === '(')) {
      return wrong(
        `It is started without a shell, to which alone ${character} means something. Put quotes around it where it belongs to an argument.`,
      );
    } else word = (word ?? '') + character;
  }
  if (quote !== null) return wrong(`A quotation mark (${quote}) is open at the end.`);
  if (word !== null) words.push(word);
  const [command, ...args] = words;
  if (command === undefined || command === '') return wrong('Type the command that starts it, or its URL.');
  if (/^[A-Za-z_]\w*=/u.test(command)) {
    return wrong(
      'Variables are set in the configuration file, below env of the server: begin with the command.',
    );
  }
  const home = words.find((one) => /^~(?:\/|$)|^\$\{?HOME\b/u.test(one));
  return home === undefined
    ? { ok: true, command, args }
    : wrong(`Write the full path in place of ${home}: no shell puts your home folder there.`);
}

function wrong(fault: string): CommandLine {
  return { ok: false, fault };
}
