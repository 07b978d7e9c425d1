// `policy.bundle` in the configuration file: where policies are served, who may be asked, and who signs them.
import {
  duration,
  flag,
  oneOf,
  optionalPath,
  optionalText,
  optionalUrl,
  section,
  text,
  texts,
} from './config-values.ts';

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
  url: optionalUrl().describe(
    'Where policies and data are served, as an OPA bundle. They come before all local files.',
  ),
  token: optionalText().describe('The token that is presented to that server, and to no other.'),
  token_file: optionalPath().describe('A file that holds the token. It is read anew each time.'),
  ca_file: optionalPath().describe(
    'Certificates to trust for this server in place of those that the system trusts, as PEM.',
  ),
  // Somewhere between the two, so that many machines do not ask at once.
  polling: section({
    min_delay: duration('60s').describe('The least time between two questions for a newer bundle.'),
    max_delay: duration('120s').describe('The most time between two questions for a newer bundle.'),
  }).prefault({}),
  signing: section({
    key: optionalText().describe(
      'The public key (PEM), or with HS256, HS384 and HS512 the secret, by which bundles have to be signed.',
    ),
    key_file: optionalPath().describe('A file that holds the key.'),
    keyid: text('').describe('The name that the signature has to give its key. Else any.'),
    algorithm: oneOf(signingAlgorithms, 'RS256').describe('How bundles are signed.'),
    scope: text('').describe('What the signature has to be for. Else for nothing in particular.'),
    exclude_files: texts([]).describe('Files that need not be signed, as patterns of a shell.'),
  }).prefault({}),
  persist: flag(true).describe(
    'Whether the last good bundle is kept on disk, for starts without the server.',
  ),
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
