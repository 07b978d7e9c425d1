// Rego's io.jwt builtins for tokens of others: decode, verify, and both with what the token has to say.
import { createSecretKey } from 'node:crypto';
import { isArray, RegoNumber, RegoObject, type RegoValue } from '../rego-value.ts';
import { member, objectOf, onTexts, type Builtin, type Builtins } from './builtin.ts';
import { algorithms, readKeys, type VerificationKey } from './jwt-keys.ts';
import { isSignedBy, readObject, readToken } from './jwt-token.ts';

/** @param nowNanos the time of the call, nanoseconds since 1970 */
export function createJwtBuiltins(nowNanos: () => bigint): Builtins {
  const verifying = [...algorithms].map((algorithm): [string, Builtin] => [
    `io.jwt.verify_${algorithm.toLowerCase()}`,
    onTexts((token = '', key = '') =>
      algorithm.startsWith('HS') ? bySecret(token, key, algorithm) : byKeys(token, key, algorithm),
    ),
  ]);
  return [
    ...verifying,
    ['io.jwt.decode', onTexts((token = '') => decode(token))],
    ['io.jwt.decode_verify', (token, constraints) => decodeVerify(token, constraints, nowNanos)],
  ];
}

/** `[header, payload, signature in hexadecimal]`, of the innermost token where one is in another. */
function decode(text: string): RegoValue | undefined {
  const { header, payload, signature } = readToken(text) ?? {};
  if (header === undefined || payload === undefined) return undefined;
  if (member(header, 'cty') === 'JWT')
    return decode(payload.toString('utf8').replaceAll(/^["']+|["']+$/gu, ''));
  const claims = readObject(payload);
  return claims && signature && [header, claims, signature.toString('hex')];
}

function bySecret(text: string, secret: string, algorithm: string): boolean | undefined {
  const { signed, signature } = readToken(text) ?? {};
  if (signed === undefined || signature === undefined) return undefined;
  return isSignedBy(secretKey(secret), algorithm, signed, signature);
}

function byKeys(text: string, keyText: string, algorithm: string): boolean | undefined {
  const { signed, signature, header: members } = readToken(text) ?? {};
  const keys = readKeys(keyText);
  const header = members && headerOf(members);
  if (signed === undefined || signature === undefined || keys === undefined || header === undefined)
    return undefined;
  return candidates(keys, header).some(({ key }) => isSignedBy(key, algorithm, signed, signature));
}

/** The key that the header names; or else all that are not for another algorithm. */
function candidates(keys: readonly VerificationKey[], { kid, alg }: Header): readonly VerificationKey[] {
  const named = kid === '' ? undefined : keys.find((key) => key.kid === kid);
  return named === undefined ? keys.filter((key) => key.alg === '' || key.alg === alg) : [named];
}

interface Header {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  /** Whether nothing is critical in it that is not known here (RFC 7515 section 4.1.11). */
  readonly understood: boolean;
}

/** Undefined where a known member is of the wrong kind. */
function headerOf(header: RegoObject): Header | undefined {
  const [alg, kid, typ, cty] = ['alg', 'kid', 'typ', 'cty'].map((name) => textOf(header, name));
  if (alg === undefined || kid === undefined || typ === undefined || cty === undefined) return undefined;
  const crit = member(header, 'crit') === undefined ? [''] : (member(header, 'crit') ?? null);
  if (crit === null || typeof crit !== 'object' || !isArray(crit) || crit.length === 0) return undefined;
  const known = ['alg', 'kid', 'typ', 'cty', 'crit'];
  const understood = crit.every(
    (name) => typeof name !== 'string' || known.includes(name) || member(header, name) === undefined,
  );
  return { alg, kid, cty, understood };
}

/** Empty where it is not there; undefined where it is no text. */
function textOf(object: RegoObject, name: string): string | undefined {
  const value = member(object, name) === undefined ? '' : member(object, name);
  return typeof value === 'string' ? value : undefined;
}

interface Constraints {
  readonly keys: readonly VerificationKey[];
  readonly alg: string;
  readonly iss: string;
  readonly aud: string;
  /** Seconds since 1970. */
  readonly time: number;
}

const knownConstraints = new Set(['cert', 'secret', 'alg', 'iss', 'aud', 'time']);

/** Undefined where one is unknown or of the wrong kind, or there is not exactly one of `cert` and `secret`. */
function readConstraints(value: RegoValue | undefined, nowNanos: () => bigint): Constraints | undefined {
  if (!(value instanceof RegoObject)) return undefined;
  if (!value.entries.every(([name]) => typeof name === 'string' && knownConstraints.has(name)))
    return undefined;
  const time = member(value, 'time') ?? new RegoNumber(nowNanos());
  const [cert, secret, alg, iss, aud] = ['cert', 'secret', 'alg', 'iss', 'aud'].map((name) =>
    textOf(value, name),
  );
  if (cert === undefined || secret === undefined || alg === undefined) return undefined;
  if (iss === undefined || aud === undefined || !(time instanceof RegoNumber)) return undefined;
  const hasCert = member(value, 'cert') !== undefined;
  if (hasCert === (secret !== '') || Number(time.text) < 0) return undefined;
  const keys = hasCert ? readKeys(cert) : [{ key: secretKey(secret), alg: '', kid: '' }];
  return keys && { keys, alg, iss, aud, time: Number(time.text) / 1e9 };
}

function secretKey(secret: string) {
  return createSecretKey(Buffer.from(secret));
}

const refused: RegoValue = [false, objectOf({}), objectOf({})];

/** `[valid, header, payload]`; undefined where token or constraints can't be read. */
function decodeVerify(
  text: RegoValue | undefined,
  wanted: RegoValue | undefined,
  nowNanos: () => bigint,
): RegoValue | undefined {
  const constraints = readConstraints(wanted, nowNanos);
  if (constraints === undefined) return undefined;
  let inner = text;
  for (;;) {
    const token = typeof inner === 'string' ? readToken(inner) : undefined;
    const header = token?.header && headerOf(token.header);
    if (token?.header === undefined || header === undefined) return undefined;
    const { signed, signature, payload } = token;
    const { alg, cty, understood } = header;
    const otherAlgorithm = constraints.alg !== '' && constraints.alg !== alg;
    if (alg === '' || !understood || otherAlgorithm) return refused;
    if (signature === undefined) return undefined;
    const keys = candidates(constraints.keys, header);
    if (!keys.some(({ key }) => isSignedBy(key, alg, signed, signature))) return refused;
    if (payload === undefined) return undefined;
    if (cty.toUpperCase() === 'JWT') {
      inner = payload.toString('utf8');
      continue;
    }
    const claims = readObject(payload);
    const holds = claims && claimsHold(claims, constraints);
    if (claims === undefined || holds === undefined) return undefined;
    return holds ? [true, token.header, claims] : refused;
  }
}

/** RFC 7519 section 4.1; undefined where a claim is of the wrong kind. */
function claimsHold(payload: RegoObject, { iss, aud, time }: Constraints): boolean | undefined {
  const [issuer, audience, expires, from] = ['iss', 'aud', 'exp', 'nbf'].map((name) => member(payload, name));
  if (iss !== '') {
    if (issuer !== undefined && typeof issuer !== 'string') return undefined;
    if (issuer !== iss) return false;
  }
  const audiences =
    audience !== null && typeof audience === 'object' && isArray(audience) ? audience : [audience];
  if ((audience !== undefined || aud !== '') && !audiences.includes(aud)) return false;
  if (expires !== undefined) {
    if (!(expires instanceof RegoNumber)) return undefined;
    if (time >= Number(expires.text)) return false;
  }
  if (from === undefined) return true;
  return from instanceof RegoNumber ? time >= Number(from.text) : undefined;
}
