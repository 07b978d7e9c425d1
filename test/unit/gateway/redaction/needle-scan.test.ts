import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNeedleScan } from '../../../../electron/gateway/redaction/needle-scan.ts';
import { mayHoldSecrets, mayHoldSecretsIn } from '../../../../electron/gateway/redaction/secret-patterns.ts';

const letters = (most: number) => fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.'), maxLength: most });

describe('a scan for many words', () => {
  it('finds what a search for each of them finds, whichever they are', () => {
    const needles = fc.array(
      letters(5).filter((needle) => needle !== ''),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(needles, letters(30), (words, text) => {
        const found = createNeedleScan(words)(Buffer.from(text.toUpperCase()), text.length);
        expect(found).toBe(words.some((word) => text.includes(word)));
      }),
      { numRuns: 2000 },
    );
  });

  it('looks no further than it is told', () => {
    const scan = createNeedleScan(['abc']);
    expect(scan(Buffer.from('xxabc'), 4)).toBe(false);
    expect(scan(Buffer.from('xxabc'), 5)).toBe(true);
  });
});

describe('the first look at arguments', () => {
  it('lets nothing through in which the second one might find something', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'PassWord',
        'pwd',
        'basic ',
        'sg.',
        'SG.',
        'ya29.',
        'sig=',
        '"pin"',
        '"otp"',
        '://',
        '@',
        '\\u0070',
        '\\/',
      ),
      fc.constantFrom(
        'ghp_aaaaaaaaaaaaaaaa',
        'sk-',
        'eyJ',
        'a-',
        'k',
        'ey',
        'hooks.slack.com',
        'x'.repeat(9),
        ' ',
        'ü',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const json = Buffer.from(pieces.join(''));
        const text = json.toString('latin1');
        const might = mayHoldSecrets(text) || text.includes('\\u00') || text.includes('\\/');
        if (might) expect(mayHoldSecretsIn(json, json.length)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(mayHoldSecretsIn(Buffer.from('{"text":"the quick brown fox, http://a.example"}'), 48)).toBe(false);
  });
});
