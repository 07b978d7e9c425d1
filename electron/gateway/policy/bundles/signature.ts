// Verifies that a bundle is what somebody with the configured key has signed, file by file.
// https://www.openpolicyagent.org/docs/management-bundles#signing
import { createPublicKey, type KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import { z } from 'zod';
import type { Config } from '../../../shared/config.ts';
import { digestOf } from './digest.ts';

/** What signatures have to be like; the key is a PEM, or a secret for HS256, HS384 and HS512. */
export interface BundleSigning extends Pick<
  Config['policy']['bundle']['signing'],
  'keyid' | 'algorithm' | 'scope' | 'exclude_files'
> {
  readonly key: string;
}

export interface SignedBy {
  readonly keyId: string | null;
  readonly algorithm: string;
}

export type Signed =
  { readonly ok: true; readonly by: SignedBy } | { readonly ok: false; readonly problem: string };

const signaturesFile = '.signatures.json';

const signatures = z.looseObject({ signatures: z.array(z.string()) });
const payload = z.looseObject({
  files: z.array(z.looseObject({ name: z.string(), hash: z.string(), algorithm: z.string() })),
  keyid: z.string().optional(),
  scope: z.string().default(''),
});

/** Throws where the key is none. */
function readSigningKey({
  key,
  algorithm,
}: Pick<BundleSigning, 'key' | 'algorithm'>): KeyObject | Uint8Array {
  return algorithm.startsWith('HS') ? new TextEncoder().encode(key) : createPublicKey(key);
}

/** @param files by their names, relative with slashes */
export async function verifySignature(
  files: ReadonlyMap<string, Buffer>,
  signing: BundleSigning,
): Promise<Signed> {
  const { algorithm, keyid, scope } = signing;
  const token = readToken(files.get(signaturesFile));
  if (!token.ok) return token;
  let signed: z.infer<typeof payload>;
  let keyId: string | undefined;
  try {
    const verified = await compactVerify(token.value, readSigningKey(signing), { algorithms: [algorithm] });
    signed = payload.parse(JSON.parse(new TextDecoder().decode(verified.payload)));
    keyId = verified.protectedHeader.kid ?? signed.keyid;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refused(`its signature does not fit the configured key and algorithm ${algorithm} (${why})`);
  }
  if (keyid !== '' && keyId !== undefined && keyId !== keyid)
    return refused(`it is signed with the key "${keyId}", and not with "${keyid}"`);
  if (signed.scope !== scope)
    return refused(`it is signed for the scope "${signed.scope}", and not for "${scope}"`);
  const wrong = unsigned(files, signed.files, signing.exclude_files);
  return wrong === null ? { ok: true, by: { keyId: keyId ?? null, algorithm } } : refused(wrong);
}

type Token = { readonly ok: true; readonly value: string } | Extract<Signed, { ok: false }>;

/** OPA, too, takes exactly one. */
function readToken(file: Buffer | undefined): Token {
  if (file === undefined) return refused('it is not signed');
  let list: readonly string[];
  try {
    list = signatures.parse(JSON.parse(file.toString())).signatures;
  } catch {
    return refused(`its ${signaturesFile} can't be read`);
  }
  const [token] = list;
  if (token === undefined || list.length !== 1)
    return refused(`its ${signaturesFile} holds ${list.length} signatures, where there has to be one`);
  return { ok: true, value: token };
}

/** What in the bundle is not as it was signed, or null. */
function unsigned(
  files: ReadonlyMap<string, Buffer>,
  listed: z.infer<typeof payload>['files'],
  excluded: readonly string[],
): string | null {
  const isExcluded = (name: string) => excluded.some((pattern) => matches(pattern, name));
  const hashes = new Map(listed.map((file) => [file.name, file]));
  for (const [name, content] of files) {
    if (name === signaturesFile || isExcluded(name)) continue;
    const file = hashes.get(name);
    if (file === undefined) return `${name} is not among the files that were signed`;
    if (digestIn(name, content, file.algorithm) !== file.hash.toLowerCase())
      return `${name} is not what was signed`;
  }
  const missing = listed.find(({ name }) => !files.has(name) && !isExcluded(name));
  return missing === undefined ? null : `${missing.name} was signed, and is missing`;
}

/** Null for what has none, which then equals no hash. */
function digestIn(name: string, content: Buffer, algorithm: string): string | null {
  try {
    return digestOf(name, content, algorithm);
  } catch {
    // Not the JSON or YAML that it should be, so it can't be what was signed.
    return null;
  }
}

/** Shell patterns as Go's path/filepath.Match has them: `*` and `?` stop at slashes. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/\[[^\]]+\]|\\.|\W/gsu, (part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.startsWith('[') && part.length > 2) return part;
    const literal = part.startsWith('\\') ? part.slice(1) || part : part;
    return `\\u{${(literal.codePointAt(0) ?? 0).toString(16)}}`;
  });
  try {
    return new RegExp(`^${source}$`, 'u').test(name);
  } catch {
    // A pattern that means nothing excludes nothing.
    return false;
  }
}

function refused(problem: string): Extract<Signed, { ok: false }> {
  return { ok: false, problem };
}
