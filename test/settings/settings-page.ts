// The reference of all settings as a page, for people.
import { variables } from '../../electron/gateway/config/environment.ts';
import type { DescribedSetting } from './described-settings.ts';
import type { TestTitle } from './titles.ts';

const head = `# Settings

Every key of the configuration file. This page is made of the schema ([\`electron/shared/config.ts\`](../../shared/config.ts)) and of
the tests by \`npm test -- --project unit config/settings -u\`; another test fails where it is not as they say.

The last column is a test that shows what the setting does to the running proxy. \`NAME\` stands for a name of your choice.
Settings without an effect are accepted so that files for other versions load; a warning then says why.
`;

/** @param shown which test shows the effect of a setting or variable */
export function settingsPage(
  settings: readonly DescribedSetting[],
  shown: ReadonlyMap<string, TestTitle>,
): string {
  const sections = Map.groupBy(settings, ({ key }) => key.split('.')[0] ?? key);
  const tables = [...sections].map(([name, inside]) => {
    const rows = inside.map(({ key, does, expected, byDefault, live }) => [
      `\`${key}\``,
      does,
      capitalized(expected),
      written(byDefault),
      live ? 'at once' : 'at the next start',
      linkTo(key, shown.get(key)),
    ]);
    return `## ${name}\n\n${table(['Setting', 'What it does', 'Value', 'Default', 'Takes effect', 'Shown by'], rows)}`;
  });
  const ofVariables = table(
    ['Variable', 'Setting', 'Shown by'],
    variables.map(({ name, key }) => [`\`${name}\``, `\`${key}\``, linkTo(name, shown.get(name))]),
  );
  return [head, ...tables, `## Environment variables\n\nThey come above the file.\n\n${ofVariables}`].join(
    '\n',
  );
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(columns) + line(columns.map(() => '---')) + rows.map(line).join('');
}

function linkTo(key: string, test: TestTitle | undefined): string {
  if (test === undefined) return '';
  const { file, title } = test;
  const words = title.startsWith(key) ? title.replace(/^.*?: /u, '') : title;
  return `[${words.replaceAll(/[[\]]/gu, '\\$&')}](../../../test/${file})`;
}

function written(value: unknown): string {
  return value === undefined || value === null ? '' : `\`${JSON.stringify(value)}\``;
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
