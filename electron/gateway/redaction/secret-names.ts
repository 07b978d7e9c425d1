// Names of members whose values are secrets, whatever these look like.

/** As they stand in the marker and in `audit.redact.except`. Dashes, underscores and capital letters make no difference. */
export const secretNames: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'pin',
  'otp',
  'secret',
  'token',
  'api_key',
  'private_key',
  'secret_key',
  'access_key',
  'credential',
  'credentials',
  'authorization',
  'cookie',
];

/** Tokens that are no secrets: places in a list, and what MCP calls a progress token. */
const harmless =
  /(?:page|next|prev|previous|continuation|cursor|progress|sync|cancel|cancellation|start|end)$/u;

/** "pin" and "otp" end too many words. */
const shortestEnding = 5;

/** Names that were asked for before: those of one tool's arguments come again and again. */
const mostRemembered = 2000;
const longestRemembered = 100;

/** Which secret's name it is; null for none. */
export type SecretNameFinder = (name: string) => string | null;

/**
 * Finds the names above, and what ends with one of them: `github_token` is a `token`, `X-Api-Key` an `api_key`.
 * @param except of those above, the ones that are left out
 * @param own further ones, which have to be the whole name
 */
export function createNameFinder(except: ReadonlySet<string>, own: readonly string[]): SecretNameFinder {
  const builtIn = secretNames
    .filter((name) => !except.has(name))
    .map((name) => [folded(name), name] as const);
  const whole = new Map([...builtIn, ...own.map((name) => [folded(name), name] as const)]);
  const endings = builtIn.filter(([ending]) => ending.length >= shortestEnding);
  const known = new Map<string, string | null>();

  function find(name: string): string | null {
    const found = whole.get(name);
    if (found !== undefined) return found;
    const ended = endings.find(([ending]) => name.endsWith(ending));
    if (ended === undefined) return null;
    const [ending, secret] = ended;
    return ending === 'token' && harmless.test(name.slice(0, -ending.length)) ? null : secret;
  }

  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const found = find(folded(name));
    if (name.length > longestRemembered) return found;
    if (known.size >= mostRemembered) known.clear();
    known.set(name, found);
    return found;
  };
}

function folded(name: string): string {
  return name.replaceAll(/[\s_.-]/gu, '').toLowerCase();
}
