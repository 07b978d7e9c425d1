// Every setting is described once, in the schema, and some test shows what it does to the running proxy. SETTINGS.md, the
// table of both, is written by `npm test -- --project unit config/settings -u`.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { variables } from '../../../../electron/gateway/config/environment.ts';
import { LIVE_SETTINGS } from '../../../../electron/gateway/config/changed-settings.ts';
import { settingsOf } from '../../../../electron/gateway/config/settings-list.ts';
import { notYetProtective, withoutEffect } from '../../../../electron/shared/config-gaps.ts';
import { describedSettings } from '../../../settings/described-settings.ts';
import { settingsPage } from '../../../settings/settings-page.ts';
import { namedIn, shownBy } from '../../../settings/shown-by.ts';
import { titlesBelow } from '../../../settings/titles.ts';

const settings = describedSettings();
const shown = shownBy();
const page = fileURLToPath(new URL('../../../../electron/gateway/config/SETTINGS.md', import.meta.url));
const refresh = 'SETTINGS.md is not as schema and tests say: npm test -- --project unit config/settings -u';

/** In place of an assertion for each of them, whose failures would be read one by one. */
function missing(keys: readonly string[], has: (key: string) => boolean): string[] {
  return keys.filter((key) => !has(key));
}

it('says of each setting what it does, and what it expects', () => {
  const hint =
    'add .describe("…") in electron/shared/config.ts, and .meta({ expected: "…" }) to a new kind of value';
  const asIs = settingsOf({ layers: [], tree: {}, setBy: new Map() });
  expect(
    asIs.filter(({ does }) => does === '').map(({ path }) => path.join('.')),
    hint,
  ).toEqual([]);
  const wordless = settings.filter(({ does, expected }) => does === '' || expected === '');
  expect(
    wordless.map(({ key }) => key),
    hint,
  ).toEqual([]);
});

it('has a test for the effect of each setting and variable', () => {
  const hint =
    "begin the title of a test of its effect with it, in test/integration/settings: it('audit.buffer_size: …')";
  const keys = [...settings.map(({ key }) => key), ...variables.map(({ name }) => name)];
  expect(
    missing(keys, (key) => shown.has(key)),
    hint,
  ).toEqual([]);
});

it('names no setting that is gone', () => {
  const known = new Set([...settings.map(({ key }) => key), ...variables.map(({ name }) => name)]);
  const inTitles = titlesBelow('integration/settings').flatMap(({ title }) => namedIn(title));
  expect(missing([...shown.keys(), ...inTitles], (key) => known.has(key))).toEqual([]);
  const sections = new Set(
    settings.flatMap(({ key }) => key.split('.').map((_, n, parts) => parts.slice(0, n + 1).join('.'))),
  );
  const live = LIVE_SETTINGS.filter((key) => !sections.has(key));
  const gaps = [...withoutEffect.flatMap(({ keys }) => keys), ...notYetProtective.map(({ key }) => key)];
  expect([...live, ...missing(gaps, (key) => known.has(key))]).toEqual([]);
});

it('is written down', async () => {
  await expect(settingsPage(settings, shown), refresh).toMatchFileSnapshot(page);
});
