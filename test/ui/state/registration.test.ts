import { describe, expect, it } from 'vitest';
import { RegistrationForm, wordsIn } from '../../../renderer/state/registration.svelte.ts';

const form = (change: Partial<RegistrationForm> = {}) =>
  Object.assign(new RegistrationForm(() => ['taken']), { name: 'A name' }, change);

describe('RegistrationForm', () => {
  it('asks for what was typed, without what was not', () => {
    expect(form({ name: ' Codex ', id: ' ', capabilities: '', tags: 'a,b' }).finish()).toEqual({
      name: 'Codex',
      capabilities: [],
      tags: ['a', 'b'],
    });
    expect(form({ id: 'codex.2' }).finish()).toMatchObject({
      id: 'codex.2',
      capabilities: ['read:*', 'write:*'],
    });
  });

  it.each([
    ['name', '  ', /Give it a name/],
    ['name', 'x'.repeat(65), /at most 64/],
    ['id', 'a b', /letters, digits/],
    ['id', 'x'.repeat(65), /at most 64/],
    ['id', 'taken', /“taken” already/],
    ['capabilities', `read:*, ${'x'.repeat(101)}`, /longer than 100/],
    ['tags', Array.from({ length: 101 }, (_, index) => index).join(), /can be 100/],
  ] as const)('says what is wrong with the %s "%.20s", once it is asked for', (field, value, fault) => {
    const wrong = form({ [field]: value });
    expect([wrong.faultOf(field), wrong.firstWrong]).toEqual([null, null]);
    expect(wrong.finish()).toBeNull();
    expect(wrong.faultOf(field)).toMatch(fault);
    expect(wrong.firstWrong).toBe(field);
  });

  it('says so earlier of a field that was left', () => {
    const wrong = form({ id: '?' });
    wrong.leave('id');
    expect(wrong.faultOf('id')).toMatch(/letters/);
    expect(wrong.faultOf('name')).toBeNull();
  });
});

describe('wordsIn', () => {
  it('takes each word once, whatever is around it', () => {
    expect(wordsIn(' a, b,,a ,\tc\n d,')).toEqual(['a', 'b', 'c', 'd']);
    expect(wordsIn(' , ')).toEqual([]);
  });
});
