import { constants, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { compareWithOpa, pairs } from './differential.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');

const encode = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

function token(
  header: object | string,
  payload: object | string,
  signer: (data: Buffer) => Buffer | string,
): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${Buffer.from(signer(Buffer.from(signed))).toString('base64url')}`;
}

const hs = (bits: number, secret: string) => (data: Buffer) =>
  createHmac(`sha${bits}`, secret).update(data).digest();
const by =
  (digest: string | null, key: KeyObject, more: object = {}) =>
  (data: Buffer) =>
    sign(digest, data, { key, ...more });
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const p1363 = { dsaEncoding: 'ieee-p1363' as const };

const claims = { sub: 'x', iss: 'me', big: 1 };
const pem = ({ publicKey }: { publicKey: KeyObject }) =>
  String(publicKey.export({ type: 'spki', format: 'pem' }));
const jwk = ({ publicKey }: { publicKey: KeyObject }, more: object = {}) => ({
  ...publicKey.export({ format: 'jwk' }),
  ...more,
});

const tokens = [
  token({ alg: 'HS256', typ: 'JWT' }, claims, hs(256, 'secret')),
  token({ alg: 'HS384' }, claims, hs(384, 'secret')),
  token({ alg: 'HS512' }, claims, hs(512, 'secret')),
  token({ alg: 'RS256', kid: 'one' }, claims, by('sha256', rsa.privateKey)),
  token({ alg: 'RS512' }, claims, by('sha512', rsa.privateKey)),
  token({ alg: 'PS256' }, claims, by('sha256', rsa.privateKey, pss)),
  token({ alg: 'PS384' }, claims, by('sha384', rsa.privateKey, pss)),
  token({ alg: 'ES256', kid: 'two' }, claims, by('sha256', ec256.privateKey, p1363)),
  token({ alg: 'ES384' }, claims, by('sha384', ec384.privateKey, p1363)),
  token({ alg: 'EdDSA' }, claims, by(null, ed.privateKey)),
  token({ alg: 'none' }, claims, () => ''),
  token({ alg: 'HS256', crit: ['b64'], b64: false }, claims, hs(256, 'secret')),
  token({ alg: 'HS256', crit: ['b64'] }, claims, hs(256, 'secret')),
  token({ alg: 'HS256', crit: [] }, claims, hs(256, 'secret')),
  token({ alg: 'HS256', kid: 1 }, claims, hs(256, 'secret')),
  token({ alg: 'HS256', enc: 'A128' }, claims, hs(256, 'secret')),
  token({}, claims, hs(256, 'secret')),
  token('[]', claims, hs(256, 'secret')),
  token('{"alg":"HS256","alg":"HS256"}', '{"a":1,"a":2,"n":12345678901234567890.50}', hs(256, 'secret')),
  token({ alg: 'HS256' }, '{"a":1} x', hs(256, 'secret')),
  token({ alg: 'HS256' }, '[1]', hs(256, 'secret')),
  token({ alg: 'HS256', cty: 'JWT' }, token({ alg: 'HS256' }, claims, hs(256, 'secret')), hs(256, 'secret')),
  token(
    { alg: 'HS256', cty: 'JWT' },
    `"${token({ alg: 'HS256' }, claims, hs(256, 'secret'))}"`,
    hs(256, 'secret'),
  ),
  token({ alg: 'HS256' }, { iss: 'you', aud: 'a' }, hs(256, 'secret')),
  token({ alg: 'HS256' }, { iss: 'me', aud: ['b', 'a', 1] }, hs(256, 'secret')),
  token({ alg: 'HS256' }, { iss: 'me', aud: 1 }, hs(256, 'secret')),
  token({ alg: 'HS256' }, { exp: 1000 }, hs(256, 'secret')),
  token({ alg: 'HS256' }, { exp: '1000' }, hs(256, 'secret')),
  token({ alg: 'HS256' }, { nbf: 1000 }, hs(256, 'secret')),
  token({ alg: 'HS256' }, { exp: 1000.5, nbf: 999.5 }, hs(256, 'secret')),
  ...[
    '',
    'a',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    '..',
    `${encode({ alg: 'HS256' })}.%.AAAA`,
    `${encode({ alg: 'HS256' })}.e30.A`,
  ],
  `${encode({ alg: 'HS256' })}.e30=.AAAA`,
  `${encode({ alg: 'HS256' })}.e30.AAA=`,
];

const keys = [
  ...[
    pem(rsa),
    pem(otherRsa),
    pem(ec256),
    pem(ec384),
    pem(ed),
    `${pem(rsa)}x`,
    `x\n${pem(rsa)}`,
    pem(rsa).trim(),
  ],
  ...[
    pem(rsa) + pem(rsa),
    String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    '',
    'secret',
    '{}',
    '[]',
  ],
  JSON.stringify(jwk(rsa)),
  JSON.stringify(jwk(ec256, { alg: 'ES256', kid: 'two' })),
  JSON.stringify({ keys: [jwk(otherRsa, { kid: 'one' }), jwk(rsa, { alg: 'RS256' })] }),
  JSON.stringify({ keys: [jwk(otherRsa, { alg: 'RS256' }), jwk(rsa, { alg: 'RS256' }), jwk(ed)] }),
  JSON.stringify({ keys: [jwk(rsa, { alg: 'RSA-OAEP' }), jwk(ec384, { alg: 'ES256' })] }),
  JSON.stringify({ keys: [] }),
  JSON.stringify({ kty: 'oct', k: Buffer.from('secret').toString('base64url') }),
];

const text = (values: readonly string[]) => values.map((value) => JSON.stringify(value));
const others = ['null', '1', '[]'];

describe('io.jwt is that of `opa eval`', () => {
  it('decode', () => {
    const { differences, defined } = compareWithOpa(
      'io.jwt.decode',
      1,
      [...text(tokens), ...others].map((each) => `[${each}]`),
    );
    expect(differences).toEqual([]);
    expect(defined).toBeGreaterThan(20);
  });

  it.each([
    'rs256',
    'rs384',
    'rs512',
    'ps256',
    'ps384',
    'ps512',
    'es256',
    'es384',
    'es512',
    'eddsa',
    'hs256',
    'hs384',
    'hs512',
  ])('verify_%s', (algorithm) => {
    const cases = [...pairs(text(tokens), text(keys)), ...pairs(text(tokens.slice(0, 2)), others)];
    const {
      differences,
      defined,
      undefined: failing,
    } = compareWithOpa(`io.jwt.verify_${algorithm}`, 2, cases);
    expect(differences.slice(0, 10)).toEqual([]);
    expect(Math.min(defined, failing)).toBeGreaterThan(10);
  });

  it('decode_verify, with all constraints', () => {
    const constraints = [
      ...keys.map((cert) => ({ cert })),
      ...[
        { secret: 'secret' },
        { secret: 'other' },
        { secret: '' },
        {},
        { secret: 'secret', cert: pem(rsa) },
      ],
      ...[
        { secret: 'secret', alg: 'HS256' },
        { secret: 'secret', alg: 'HS512' },
        { cert: pem(rsa), alg: 'RS256' },
      ],
      ...[
        { secret: 'secret', iss: 'me' },
        { secret: 'secret', aud: 'a' },
        { secret: 'secret', iss: 'me', aud: 'a' },
      ],
      ...[999, 1000, 1000.25, 1000.5, 1001].map((seconds) => ({ secret: 'secret', time: seconds * 1e9 })),
      ...[
        { secret: 'secret', time: -1 },
        { secret: 'secret', time: 'x' },
        { secret: 'secret', sub: 'x' },
        { secret: 1 },
      ],
      ...[
        { secret: 'secret', aud: 'a', time: 0 },
        { secret: 'secret', iss: 1 },
      ],
    ].map((each) => JSON.stringify('time' in each ? each : { ...each, time: 5e9 }));
    const {
      differences,
      defined,
      undefined: failing,
    } = compareWithOpa('io.jwt.decode_verify', 2, [
      ...pairs(text(tokens), constraints),
      ...pairs(others, constraints.slice(0, 3)),
    ]);
    expect(differences.slice(0, 10)).toEqual([]);
    expect(Math.min(defined, failing)).toBeGreaterThan(100);
  });
});
