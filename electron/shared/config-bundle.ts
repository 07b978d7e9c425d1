// `policy.bundle` in the configuration file: where policies are served, who may be asked, and who signs them.
import { duration, flag, oneOf, optionalText, optionalUrl, section, text, texts } from './config-values.ts';

/** As OPA names them (https://www.openpolicyagent.org/docs/configuration#keys). */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
] as const;

export const policyBundle = section({
  /** Of the bundle itself, an archive as `opa build` writes it; null: policies lie on this machine alone. */
  url: optionalUrl(),
  /** Presented as `Authorization: Bearer`, to this origin alone. */
  token: optionalText(),
  /** Holds the token; is read anew each time, so that it can be exchanged. */
  token_file: optionalText(),
  /** Certificates to trust for this server in place of those that the system trusts, as PEM. */
  ca_file: optionalText(),
  /** Time between two questions: somewhere between the two, so that many machines do not ask at once. */
  polling: section({
    min_delay: duration('60s'),
    max_delay: duration('120s'),
  }).prefault({}),
  /** With a key, only bundles that were signed with it are taken. */
  signing: section({
    /** The public key as PEM, or the secret where the algorithm is HS256, HS384 or HS512. */
    key: optionalText(),
    /** A file that holds the same. */
    key_file: optionalText(),
    /** The name that the signature has to give its key; empty: any. */
    keyid: text(''),
    algorithm: oneOf(signingAlgorithms, 'RS256'),
    /** What the signature has to be for; empty: it may not be for anything in particular. */
    scope: text(''),
    /** Patterns as in a shell, of files that need not be signed. */
    exclude_files: texts([]),
  }).prefault({}),
  /** Whether the last good bundle is kept on disk, for starts without the server. */
  persist: flag(true),
}).check(({ value, issues }) => {
  const { url, token, token_file: tokenFile, polling, signing } = value;
  const wrong = (path: string[], message: string, found?: string) =>
    issues.push({
      code: 'custom',
      message,
      path,
      input: value,
      ...(found === undefined ? {} : { params: { found } }),
    });
  if (token !== null && tokenFile !== null) wrong(['token'], 'either token or token_file', 'both');
  if (signing.key !== null && signing.key_file !== null)
    wrong(['signing', 'key'], 'either key or key_file', 'both');
  if (polling.max_delay < polling.min_delay)
    wrong(['polling', 'max_delay'], 'a duration that is not shorter than min_delay');
  const isSigned = signing.key !== null || signing.key_file !== null;
  const { keyid, scope, exclude_files: excluded } = signing;
  if (!isSigned && (keyid !== '' || scope !== '' || excluded.length > 0))
    wrong(['signing', 'key'], 'a key or key_file, without which nothing is verified', 'nothing');
  if (url === null) return;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '')
    wrong(['url'], 'no user name and password in the URL (token holds a credential)', 'some');
  // Whoever is on the way could read the token, and could send any policy that nobody has signed.
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);
  if (protocol === 'http:' && !isLocal && (!isSigned || token !== null || tokenFile !== null))
    wrong(['url'], 'https:// (http:// only for signed bundles, without a token)', 'http://');
});
