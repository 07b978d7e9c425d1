// Names of tools and prompts among those of other servers: each leads back to the one that it came from.
import { describe, expect, it } from 'vitest';
import { NameBook, prefixesOf, splitName } from '../../../../electron/gateway/aggregate/names.ts';

describe('prefixesOf', () => {
  it.each([
    ['files', 'files'],
    ['my-server_1', 'my-server_1'],
    ['broken.one', 'broken_one'],
    ['a__b', 'a_b'],
    ['a_', 'a'],
    ['_a', '_a'],
    ['..', 'server'],
    ['___', 'server'],
  ])('makes of %s a prefix that models take', (server, prefix) => {
    expect(prefixesOf([server])).toEqual([prefix]);
  });

  it('keeps apart what would be the same', () => {
    expect(prefixesOf(['a.b', 'a_b', 'a_b-2', 'a__b'])).toEqual(['a_b', 'a_b-2', 'a_b-2-2', 'a_b-3']);
  });

  it('cuts long names, and keeps those apart, too', () => {
    const long = 'a-server-with-quite-a-long-name';
    const prefixes = prefixesOf([`${long}-1`, `${long}-2`]);
    for (const prefix of prefixes) expect(prefix).toMatch(/^a-server-with-quite-[\da-f]{4}$/u);
    expect(new Set(prefixes).size).toBe(2);
    expect(prefixesOf([`${long}-1`, `${long}-2`])).toEqual(prefixes);
  });

  it('never holds or ends with what would be taken for the separator', () => {
    for (const server of ['a._b', 'a_.', '._.', `${'a'.repeat(18)}_${'b'.repeat(20)}`]) {
      expect(prefixesOf([server])[0]).not.toMatch(/__|_$/u);
    }
  });
});

/** A name there and back. */
function roundTrip(prefix: string, name: string, book = new NameBook(prefix)) {
  const shown = book.show(name);
  const split = splitName(shown);
  return { shown, prefix: split?.prefix, real: split && book.real(split.rest) };
}

describe('a name', () => {
  it.each(['echo', '_echo', '__', 'a__b', 'x'.repeat(57), 'tool.with/other-signs'])(
    '%s comes back',
    (name) => {
      const { shown, prefix, real } = roundTrip('files', name);
      expect(shown).toBe(`files__${name}`);
      expect([prefix, real]).toEqual(['files', name]);
    },
  );

  it('is known without a list where it was not cut', () => {
    expect(new NameBook('files').real('read_file')).toBe('read_file');
    expect(new NameBook('files').real('x'.repeat(57))).toBe('x'.repeat(57));
  });

  it('that is too long is cut to what models take, and comes back once it was shown', () => {
    const name = 'a_tool_with_a_name_that_goes_on_for_very_much_longer_than_it_should';
    const { shown, prefix, real } = roundTrip('files', name);
    expect(shown).toMatch(/^files__a_tool_with_[\w-]*-[\da-f]{8}$/u);
    expect(shown).toHaveLength(64);
    expect([prefix, real]).toEqual(['files', name]);
    expect(roundTrip('files', `${name}!`).shown).not.toBe(shown);
  });

  it('that was cut is unknown until a list has shown it', () => {
    const shown = new NameBook('files').show('x'.repeat(100));
    expect(new NameBook('files').real(splitName(shown)?.rest ?? '')).toBeNull();
  });

  it.each(['echo', 'files_echo', '__echo', ''])('without a prefix (%s) leads nowhere', (shown) => {
    expect(splitName(shown)).toBeNull();
  });
});
