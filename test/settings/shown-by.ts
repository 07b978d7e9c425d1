// Which test shows what a setting does to the running proxy: the one whose title begins with it, as in
// it('server.read_timeout: …').
import { type TestTitle, titlesBelow } from './titles.ts';

/** The settings and `MCP_*` variables at the beginning of a title: one, or several with commas between them. */
export function namedIn(title: string): string[] {
  const [, names = ''] =
    /^((?:(?:MCP_\w+|version|[a-z_]+(?:\.(?:NAME|[a-z_]+))+)(?:, )?)+): /u.exec(title) ?? [];
  return names.split(', ').filter((name) => name !== '');
}

/** By setting or variable; the first of several. */
export function shownBy(): Map<string, TestTitle> {
  const shown = new Map<string, TestTitle>();
  for (const each of titlesBelow('integration', 'e2e')) {
    for (const name of namedIn(each.title)) if (!shown.has(name)) shown.set(name, each);
  }
  return shown;
}
