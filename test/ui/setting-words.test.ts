// Every setting has a name in the window, and every name there is that of a setting.
import { expect, it } from 'vitest';
import { schemaLeaves } from '../../electron/gateway/config/schema-leaves.ts';
import { configSchema } from '../../electron/shared/config.ts';
import { settingGroups, settingWords } from '../../renderer/words/settings.ts';

const leaves = new Map(schemaLeaves(configSchema, () => null).map((leaf) => [leaf.path.join('.'), leaf]));
const hint = 'see renderer/words/settings.ts';

it('names each setting of the schema', () => {
  expect(
    [...leaves.keys()].filter((key) => !settingWords.has(key)),
    hint,
  ).toEqual([]);
});

it('names none that is gone', () => {
  expect(
    [...settingWords.keys()].filter((key) => !leaves.has(key)),
    hint,
  ).toEqual([]);
});

it('has a word for each value that can be chosen, and for no other', () => {
  for (const [key, { choices = {} }] of settingWords) {
    const form = leaves.get(key)?.form;
    const options = form?.kind === 'choice' ? form.options : [];
    const expected = options.length > 4 && Object.keys(choices).length === 0 ? [] : options;
    expect(Object.keys(choices).sort(), `${key}: ${hint}`).toEqual([...expected].sort());
  }
});

it('calls no two settings of a group the same, and gives units to numbers alone', () => {
  for (const group of settingGroups) {
    const labels = [...settingWords.values()].filter((one) => one.group === group).map(({ label }) => label);
    expect(new Set(labels).size, group).toBe(labels.length);
  }
  for (const [key, { unit }] of settingWords) {
    if (unit !== undefined) expect(leaves.get(key)?.form?.kind, key).toBe('number');
  }
});

it('says what each section of sections does, of which the schema tells no window, and nothing twice', () => {
  const inside = new Map(
    schemaLeaves(configSchema, () => ['NAME']).map(({ path }) => [path.join('.'), path]),
  );
  for (const [key, { does }] of settingWords) expect(does === undefined, key).toBe(inside.has(key));
});

it('knows what can be typed or chosen for each', () => {
  const hint = '.register(valueForms, …) where the kind of value is made: electron/shared/config-values.ts';
  expect(
    [...leaves].filter(([, { form }]) => form === null).map(([key]) => key),
    hint,
  ).toEqual([]);
});
