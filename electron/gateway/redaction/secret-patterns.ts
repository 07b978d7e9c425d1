// Secrets that are known by their form. Each pattern takes time in proportion to the text: none has nested repetitions.

import { createNeedleScan } from './needle-scan.ts';

export interface SecretPattern {
  /** Stands in the marker, and switches the pattern off in `audit.redact.except`. */
  readonly name: string;
  /** Without a match of this, which costs little, the form has none. */
  readonly hint: RegExp;
  /** With the flag `g`, and a group `secret`; what stands in `before` is kept. */
  readonly form: RegExp;
}

const start = String.raw`(?<![A-Za-z0-9_-])`;

function token(name: string, hint: RegExp, form: string): SecretPattern {
  return { name, hint, form: new RegExp(`${start}(?<secret>${form})`, 'gu') };
}

/** What is called a secret where it is given a value in a text: a query, a command line, a file of variables. */
const assignedNames = [
  'pass(?:word|wd|phrase)',
  'pwd',
  '(?:client|app|shared)?[-_]?secret(?:[-_]?(?:access)?[-_]?key)?',
  '(?:access|auth|refresh|id|api|bot|bearer|session|security)[-_]?token',
  'token',
  '(?:api|private|access|account|encryption|signing)[-_]?key',
  'sig',
].join('|');

/** Before "token": a place in a list, or the like. */
const harmlessBefore = '(?:page|next|cursor|sync|progress|continuation)[_-]';

/**
 * The forms are those that the issuers document, most of which GitHub lists as "supported secret scanning patterns";
 * gitleaks (config/gitleaks.toml) and secretlint know the same ones. The order counts: the first to fit names the
 * secret.
 */
export const secretPatterns: readonly SecretPattern[] = [
  {
    name: 'private-key',
    hint: /PRIVATE KEY/u,
    // RFC 7468, OpenSSH and PGP; one whose end is missing goes as far as the text does.
    form: /(?<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$))/gu,
  },
  token(
    'github-token',
    /gh[pousr]_|github_pat_/u,
    'gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}',
  ),
  token(
    'gitlab-token',
    /gl[a-z]{2,5}-/u,
    'gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_-]{16,255}',
  ),
  token('aws-key-id', /A[KSBC][ICS]A/u, '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])'),
  token('slack-token', /xox|xapp-/u, 'xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255}'),
  {
    name: 'slack-webhook',
    hint: /hooks\.slack\.com/u,
    form: /(?<before>hooks\.slack\.com\/(?:services|workflows)\/)(?<secret>[A-Za-z0-9/_-]{16,255})/gu,
  },
  token(
    'google-key',
    /AIza|GOCSPX-|ya29\./u,
    'AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,64}|ya29\\.[A-Za-z0-9_-]{20,2048}',
  ),
  token('anthropic-key', /sk-ant-/u, 'sk-ant-[A-Za-z0-9_-]{16,255}'),
  token('openai-key', /sk-/u, 'sk-(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{20,255}'),
  token(
    'stripe-key',
    /k_live_|k_test_|whsec_/u,
    '[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{16,255}',
  ),
  token('npm-token', /npm_/u, 'npm_[A-Za-z0-9]{36}'),
  token('pypi-token', /pypi-/u, 'pypi-[A-Za-z0-9_-]{50,1024}'),
  token('sendgrid-key', /SG\./u, 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}'),
  token('huggingface-token', /hf_/u, 'hf_[A-Za-z0-9]{30,64}'),
  token('digitalocean-token', /_v1_/u, 'do[opr]_v1_[a-f0-9]{64}'),
  token('shopify-token', /shp[a-z]{2}_/u, 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'),
  token('proxy-token', /mcp[ap]_/u, 'mcp[ap]_[A-Za-z0-9_-]{20,64}'),
  // RFC 7519 and 7515 section 7.1; the signature may be empty.
  token('jwt', /eyJ/u, 'eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{2,16384}\\.[A-Za-z0-9_-]{0,4096}'),
  {
    name: 'authorization',
    hint: /authorization|bearer\s|basic\s/iu,
    // RFC 6750 section 2.1 and RFC 7617, with the header's name or with a token of some length.
    form: /(?<before>\b(?:(?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:[A-Za-z]{1,20}\s{1,4})?|bearer\s{1,4}(?=[A-Za-z0-9._~+/=-]{16})|basic\s{1,4}(?=[A-Za-z0-9+/]{8,255})(?=[A-Za-z]{0,255}[\d+/=])))(?<secret>[A-Za-z0-9._~+/=-]{4,8192})/giu,
  },
  {
    name: 'url-credentials',
    hint: /:\/\/[^\s/@]{1,600}@/u,
    // RFC 3986 section 3.2.1: the user's name stays.
    form: /(?<before>[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/@:"'<>]{0,255}:)(?<secret>[^\s/@"'<>]{1,255})(?=@)/giu,
  },
  {
    name: 'assigned-secret',
    hint: new RegExp(`(?:${assignedNames})["']?\\s{0,4}[=:]`, 'iu'),
    // With a digit in it where it is not in a query or on a command line: what has none is hardly ever a secret in code.
    form: new RegExp(
      String.raw`(?<before>(?<![A-Za-z])(?<!${harmlessBefore})(?:${assignedNames})["']?\s{0,4}[=:]\s{0,4}["'\x60]?)` +
        String.raw`(?<secret>(?!hmac=|\[redacted)(?=[^\s"'\x60&,;(){}<>$]{0,255}\d)[^\s"'\x60&,;(){}<>$]{6,1024})`,
      'giu',
    ),
  },
  assignedWord(),
];

/** Letters of any kind: these names are unmistakable where they are assigned with no space, or with a quote. */
function assignedWord(): SecretPattern {
  const names = 'pass(?:word|wd|phrase)|pwd|secret|token';
  const ofValue = String.raw`[^\s"'\x60&,;(){}<>$]`;
  return {
    name: 'assigned-secret',
    hint: new RegExp(`(?:${names})["']?\\s{0,4}[=:]`, 'iu'),
    // Neither a type or constant of programs, nor what is called or indexed, nor the name itself again.
    form: new RegExp(
      String.raw`(?<before>(?<![A-Za-z])(?<!${harmlessBefore})(?:${names})(?:["']?\s{0,4}[=:]\s{0,4}["'\x60]|=))` +
        String.raw`(?<secret>(?!hmac=|\[redacted|(?:${names}|string|undefined)(?!${ofValue})|[\w.]{1,255}[(\[])${ofValue}{6,1024})`,
      'giu',
    ),
  };
}

/** What any of the tokens above begins with, wherever it stands. */
const beginnings =
  /gh[pousr]_|github_pat_|gl[a-z]{2,5}-|A[KSBC][ICS]A|xox[a-z]-|xapp-|AIza|GOCSPX-|sk-|[rs]k_|whsec_|npm_|pypi-|hf_|_v1_|shp[a-z]{2}_|mcp[ap]_|eyJ/u;

/** Words that nearly every name of a secret has; small and capital letters are the same. */
const wordList = 'pass|pwd|secret|token|credential|cookie|authorization|bearer|basic |key'.split('|');
const words = new RegExp(wordList.join('|'), 'iu');
/** The others. Looked for one by one, which costs less than in a list. */
const parts = ['SG.', 'ya29.', 'sig=', 'hooks.slack.com', '"pin"', '"otp"'];

const shortestToken = 16;
/** Letters, digits, `_` and `-`. */
const ofToken = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-')
  ofToken[character.charCodeAt(0)] = 1;

/** Beside these, JSON may hide a letter or a slash behind an escape. */
const hasWordOrPart = createNeedleScan([...wordList, ...parts, '@', String.raw`\u00`, String.raw`\/`]);

/**
 * False where none of the patterns and names can have anything to find in the first `until` bytes of a JSON text, nor in
 * what its escapes stand for. True more often than `mayHoldSecrets`, and a first look that costs less.
 */
export function mayHoldSecretsIn(json: Buffer, until: number): boolean {
  return hasWordOrPart(json, until) || hasLongRun(json, until);
}

/** Whether a run of characters is as long as a token. */
function hasLongRun(json: Buffer, until: number): boolean {
  for (let i = shortestToken - 1; i < until; i += shortestToken) {
    if (ofToken[json[i] ?? 0] !== 1) continue;
    let from = i;
    while (from > 0 && ofToken[json[from - 1] ?? 0] === 1) from -= 1;
    let to = i + 1;
    while (to < until && ofToken[json[to] ?? 0] === 1) to += 1;
    if (to - from >= shortestToken) return true;
  }
  return false;
}

/**
 * False where none of the patterns and names can have anything to find, which is so for most texts: it costs
 * about two nanoseconds a character.
 */
export function mayHoldSecrets(text: string): boolean {
  return (
    words.test(text) ||
    hasCredentialsInUrl(text) ||
    hasLikelyToken(text) ||
    parts.some((part) => text.includes(part))
  );
}

function hasCredentialsInUrl(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at !== -1 && text.lastIndexOf('://', at) !== -1;
}

/** Looks at every 16th character: no run of so many gets through between two of them. */
function hasLikelyToken(text: string): boolean {
  for (let i = shortestToken - 1; i < text.length; i += shortestToken) {
    if (!isOfToken(text, i)) continue;
    let from = i;
    while (from > 0 && isOfToken(text, from - 1)) from -= 1;
    let to = i + 1;
    while (to < text.length && isOfToken(text, to)) to += 1;
    if (to - from >= shortestToken && beginnings.test(text.slice(from, to))) return true;
    i = to - 1;
  }
  return false;
}

function isOfToken(text: string, at: number): boolean {
  return ofToken[text.charCodeAt(at)] === 1;
}
