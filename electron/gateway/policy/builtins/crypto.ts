// Rego's digests and message authentication codes, by Node's own, and the hexadecimal and URL-safe encodings.
import { createHash, createHmac } from 'node:crypto';
import { onTexts, type Builtins } from './builtin.ts';

const digest = (algorithm: string) =>
  onTexts((text = '') => createHash(algorithm).update(text).digest('hex'));

const hmac = (algorithm: string) =>
  onTexts((text = '', key = '') => createHmac(algorithm, key).update(text).digest('hex'));

export const cryptoBuiltins: Builtins = [
  ['crypto.md5', digest('md5')],
  ['crypto.sha1', digest('sha1')],
  ['crypto.sha256', digest('sha256')],
  ['crypto.hmac.md5', hmac('md5')],
  ['crypto.hmac.sha1', hmac('sha1')],
  ['crypto.hmac.sha256', hmac('sha256')],
  ['crypto.hmac.sha512', hmac('sha512')],
  ['crypto.hmac.equal', onTexts((one = '', other = '') => equalInConstantTime(one, other))],
  ['hex.encode', onTexts((text = '') => Buffer.from(text).toString('hex'))],
  ['hex.decode', onTexts((text = '') => decodeHex(text))],
  ['base64url.encode_no_pad', onTexts((text = '') => Buffer.from(text).toString('base64url'))],
];

/** Compares digests of both, so that how long it takes says nothing of where they differ. */
function equalInConstantTime(one: string, other: string): boolean {
  const key = 'compare';
  return (
    one.length === other.length &&
    createHmac('sha256', key).update(one).digest('hex') ===
      createHmac('sha256', key).update(other).digest('hex')
  );
}

function decodeHex(text: string): string | undefined {
  return /^(?:[\da-f]{2})*$/iu.test(text) ? Buffer.from(text, 'hex').toString('utf8') : undefined;
}
