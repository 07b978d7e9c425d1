// JSON Web Tokens as OPA takes them apart (RFC 7519 section 7.2), and the signatures of theirs.
import { constants, createHmac, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { parseRegoValue } from '../rego-value-parser.ts';
import { RegoObject, type RegoValue } from '../rego-value.ts';
import { member } from './builtin.ts';

/** Its parts; each is undefined where it can't be read, which matters only to who asks for it. */
export interface Token {
  /** What is signed. */
  readonly signed: string;
  readonly header: RegoObject | undefined;
  readonly payload: Buffer | undefined;
  readonly signature: Buffer | undefined;
}

/** Undefined where it has not three parts. Encrypted ones have a header that can't be read. */
export function readToken(text: string): Token | undefined {
  const parts = text.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3) return undefined;
  const bytes = decodeBase64Url(header);
  const decoded = bytes && readObject(bytes);
  const isEncrypted = decoded !== undefined && member(decoded, 'enc') !== undefined;
  return {
    signed: `${header}.${payload}`,
    header: isEncrypted ? undefined : decoded,
    payload: decodeBase64Url(payload),
    signature: decodeBase64Url(signature),
  };
}

/** Digits of numbers stay as they are written; of members with the same name the last one counts. */
export function readObject(bytes: Buffer): RegoObject | undefined {
  const text = bytes.toString('utf8');
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const value = onlyLast(parseRegoValue(text));
  return value instanceof RegoObject ? value : undefined;
}

function onlyLast(value: RegoValue): RegoValue {
  if (value instanceof RegoObject)
    return new RegoObject([...new Map(value.entries.map(([key, item]) => [key, onlyLast(item)]))]);
  return Array.isArray(value) ? value.map((item: RegoValue) => onlyLast(item)) : value;
}

/** With padding or without; undefined where it is neither. */
function decodeBase64Url(text: string): Buffer | undefined {
  const compact = text.replaceAll(/[\r\n]/gu, '');
  const padded = text.endsWith('=') ? compact : compact.padEnd(Math.ceil(compact.length / 4) * 4, '=');
  const wellFormed = /^(?:[\w-]{4})*(?:[\w-]{2}==|[\w-]{3}=)?$/u.test(padded);
  return wellFormed ? Buffer.from(padded, 'base64url') : undefined;
}

/** @param algorithm as `alg` of a header names it; false also where the key is not of that kind */
export function isSignedBy(key: KeyObject, algorithm: string, signed: string, signature: Buffer): boolean {
  const [, kind = '', bits = ''] = /^(HS|RS|PS|ES)(256|384|512)$/u.exec(algorithm) ?? [];
  const digest = `sha${bits}`;
  const data = Buffer.from(signed);
  const type = key.asymmetricKeyType;
  if (algorithm === 'EdDSA') return type === 'ed25519' && verify(null, data, key, signature);
  switch (kind) {
    case 'HS': {
      if (key.type !== 'secret') return false;
      const expected = createHmac(digest, key).update(data).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    case 'RS':
      return type === 'rsa' && verify(digest, data, key, signature);
    case 'PS': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      // RFC 7518 section 3.5; io.jwt.verify_ps256 and its like in OPA take salts of other lengths too.
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      return type === 'rsa' && verify(digest, data, { key, padding, saltLength }, signature);
    }
    case 'ES':
      return type === 'ec' && verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    default:
      return false;
  }
}
