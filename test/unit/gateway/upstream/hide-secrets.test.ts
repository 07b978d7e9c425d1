import { describe, expect, it } from 'vitest';
import { hideSecrets } from '../../../../electron/gateway/upstream/hide-secrets.ts';

describe('hideSecrets', () => {
  it.each([
    ['the whole value', 'Bearer abcdefgh', 'You sent "Bearer abcdefgh"', 'You sent "…"'],
    ['the token alone', 'Bearer abcdefgh', 'Bad token abcdefgh, abcdefgh', 'Bad token …, …'],
    ['what looks like a pattern', 'a.c+(x)$', 'no: a.c+(x)$ but abc', 'no: … but abc'],
    ['a short value', 'abcd', 'key abcd', 'key …'],
  ])('hides %s', (_what, value, words, shown) => {
    expect(hideSecrets([value])(words)).toBe(shown);
  });

  it('leaves words that are no secrets, and no secret in pieces', () => {
    expect(hideSecrets([])('Bearer expected')).toBe('Bearer expected');
    expect(hideSecrets(['', '1', 'Bearer abcdefgh'])('Bearer expected, 1 given')).toBe(
      'Bearer expected, 1 given',
    );
    expect(hideSecrets(['abcdefgh', 'abcdefgh-ijkl'])('abcdefgh-ijkl')).toBe('…');
  });
});
