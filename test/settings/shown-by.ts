// Which test shows what a setting does to the running proxy. A test whose title begins with the setting needs no row
// here: it('server.read_timeout: …'). The rows are for tests that have another subject, and show a setting on their way.
import { type TestTitle, titlesBelow } from './titles.ts';

/** File below `test/`, and title. */
const elsewhere: Readonly<Record<string, readonly [file: string, title: string]>> = {
  'policy.bundle.url': [
    'integration/policy-bundles.test.ts',
    'a changed bundle decides the next call, and the last one that was good a start without the server',
  ],
};

/** The setting or `MCP_*` variable at the beginning of a title, or several with commas between them. */
export function namedIn(title: string): string[] {
  const [, names = ''] = /^((?:(?:MCP_\w+|[a-z_]+(?:\.(?:NAME|[a-z_]+))+)(?:, )?)+): /u.exec(title) ?? [];
  return names.split(', ').filter((name) => name !== '');
}

/** By key or variable. */
export function shownBy(): Map<string, TestTitle> {
  const titles = titlesBelow('integration', 'e2e');
  const shown = new Map(
    Object.entries(elsewhere).map(([key, [file, title]]): [string, TestTitle] => [key, { file, title }]),
  );
  for (const each of titles) {
    for (const key of namedIn(each.title)) if (!shown.has(key)) shown.set(key, each);
  }
  return shown;
}
