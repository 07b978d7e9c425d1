// The public keys that JSON Web Tokens are verified with: a PEM certificate or key, a JWK, or a set of JWKs.
import { createPublicKey, createSecretKey, X509Certificate, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** Of asymmetric keys and secrets alike. */
export const algorithms: ReadonlySet<string> = new Set(
  ['RS', 'PS', 'ES', 'HS'].flatMap((kind) => [256, 384, 512].map((bits) => `${kind}${bits}`)).concat('EdDSA'),
);

export interface VerificationKey {
  readonly key: KeyObject;
  /** What the set of keys says it is for; empty where it does not. */
  readonly alg: string;
  readonly kid: string;
}

const jwk = z.looseObject({ kty: z.string(), alg: z.string().default(''), kid: z.string().default('') });
const jwkSet = z.object({ keys: z.array(jwk) });

/** Undefined where the text holds no key that can be read. */
export function readKeys(text: string): readonly VerificationKey[] | undefined {
  try {
    return text.includes('-----BEGIN ') ? [readPem(text)] : readJwks(JSON.parse(text));
  } catch (error) {
    // Node and Zod tell by exceptions what is not a key.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function readPem(text: string): VerificationKey {
  const block = /-----BEGIN ([A-Z ]+)-----\r?\n.*?-----END \1-----[ \t]*\r?\n?(.*)$/su.exec(text);
  const [, type, rest] = block ?? [];
  if (rest !== '') throw new Error('There is more than one block');
  if (type === 'CERTIFICATE') return { key: new X509Certificate(text).publicKey, alg: '', kid: '' };
  if (type === 'PUBLIC KEY') return { key: createPublicKey(text), alg: '', kid: '' };
  throw new Error('There is no public key in it');
}

function readJwks(json: unknown): VerificationKey[] {
  const single = jwk.safeParse(json);
  const keys = single.success ? [single.data] : jwkSet.parse(json).keys;
  return keys
    .filter(({ alg }) => alg === '' || algorithms.has(alg))
    .map((each) => ({ key: keyOf(each), alg: each.alg, kid: each.kid }));
}

function keyOf({ kty, ...members }: z.infer<typeof jwk>): KeyObject {
  if (kty === 'oct') return createSecretKey(Buffer.from(z.string().parse(members.k), 'base64url'));
  return createPublicKey({ key: { kty, ...members }, format: 'jwk' });
}
