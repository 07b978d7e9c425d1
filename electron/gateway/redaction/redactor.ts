// Takes secrets out of all that is written down of calls, and out of log lines.
import type { CallRedaction, Redactor } from '../ports.ts';
import { type Edit, edited, inOrder, secretsIn } from './json-secrets.ts';
import { type Mark } from './marks.ts';
import { valuesAtPaths } from './paths.ts';
import type { RedactionRules, RulesFor } from './rules.ts';
import { mayHoldSecrets, mayHoldSecretsIn } from './secret-patterns.ts';
import { createTakenSecrets, leavesOf, textOf, type TakenSecrets } from './taken-secrets.ts';

/** A secret that begins before a text's cut may end behind it, bytes. */
const beyondCut = 16 * 1024;
/** A hash takes microseconds, and a list may have a password in each of its elements. */
const mostHashes = 100;
/** What was taken out of so many calls is recognised in log lines. */
const mostRemembered = 200;

/** @param rulesFor see rules.ts */
export function createRedactor(rulesFor: RulesFor, mark: Mark): Redactor {
  const general = rulesFor('', null);
  /** What servers say of a call in their last words, or on standard error. */
  const recent = createTakenSecrets(mostRemembered);

  return {
    of: (call, paths) => new SecretsOfCall(rulesFor(call.server, call.tool), paths, mark, recent),
    words: (text) => recent.without(withoutSecrets(text, general, mark)),
  };
}

/** One is made for each call, and nearly all of them find nothing: nothing is made before it is needed. */
class SecretsOfCall implements CallRedaction {
  readonly #rules: RedactionRules | null;
  readonly #policyPaths: readonly (readonly string[])[];
  readonly #mark: Mark;
  readonly #recent: TakenSecrets;
  #taken: TakenSecrets | null = null;
  #hashes = 0;

  constructor(
    rules: RedactionRules | null,
    policyPaths: readonly (readonly string[])[],
    mark: Mark,
    recent: TakenSecrets,
  ) {
    this.#rules = rules;
    this.#policyPaths = policyPaths;
    this.#mark = mark;
    this.#recent = recent;
  }

  get took(): boolean {
    return this.#hashes > 0;
  }

  words(text: string): string {
    const kept = withoutSecrets(text, this.#rules, (kind, secret) => this.#marked(kind, secret));
    return this.#taken === null ? kept : this.#taken.without(kept);
  }

  json(text: Buffer, length: number): Buffer {
    const rules = this.#rules;
    const until = Math.min(text.length, length + beyondCut);
    const isSearched = rules !== null && needsSearch(text, until, rules);
    const paths = rules?.paths ?? [];
    if (!isSearched && !this.took && paths.length === 0 && this.#policyPaths.length === 0) {
      return text.subarray(0, length);
    }
    const edits = [
      ...editsAt(text, valuesAtPaths(text, this.#policyPaths), (value) => this.#markedValue('policy', value)),
      ...editsAt(text, valuesAtPaths(text, paths), (value) => this.#markedValue('path', value)),
    ];
    const search = () =>
      secretsIn(text, until, {
        nameOf: rules?.nameOf ?? (() => null),
        words: (words) => this.words(words),
        mark: (kind, value) => this.#markedValue(kind, value),
      });
    const found = isSearched ? search() : [];
    // What is a secret in one place is one in all others, also before it.
    edits.push(...(this.took ? search() : found));
    return edited(text, inOrder(edits), length);
  }

  #marked(kind: string, secret: string): string {
    this.#hashes += 1;
    if (this.#hashes > mostHashes) return `[redacted:${kind}]`;
    const made = this.#mark(kind, secret);
    this.#add(secret, made);
    return made;
  }

  #markedValue(kind: string, value: Buffer): string {
    const written = value.toString('utf8');
    const leaves = leavesOf(written);
    // A text has the hash that it has where it is found by its form.
    const made = this.#marked(kind, textOf(written) ?? written);
    for (const leaf of leaves) this.#add(leaf, made);
    return made;
  }

  #add(secret: string, made: string): void {
    this.#taken ??= createTakenSecrets(mostHashes);
    this.#taken.add(secret, made);
    this.#recent.add(secret, made);
  }
}

/** Nearly all arguments are let through by one look at their bytes. */
function needsSearch(json: Buffer, until: number, { hasOwn }: RedactionRules): boolean {
  if (hasOwn) return true;
  if (!mayHoldSecretsIn(json, until)) return false;
  const written = json.toString('latin1', 0, until);
  return mayHoldSecrets(written) || written.includes(String.raw`\u00`) || written.includes(String.raw`\/`);
}

function withoutSecrets(text: string, rules: RedactionRules | null, marked: Mark): string {
  if (rules === null) return text;
  const { patterns, ownPatterns } = rules;
  let kept = text;
  if (mayHoldSecrets(text)) {
    for (const { name, hint, form } of patterns) {
      if (!hint.test(text)) continue;
      kept = kept.replaceAll(form, (...found) => {
        const { before = '', secret = '' } = found.at(-1) as { before?: string; secret?: string };
        return before + marked(name, secret);
      });
    }
  }
  for (const { name, form } of ownPatterns) {
    if (!form.test(kept)) continue;
    const mark = (secret: string) => (secret === '' ? '' : marked(name, secret));
    kept = form.matcher(kept).replaceAll(mark);
  }
  return kept;
}

function editsAt(json: Buffer, values: readonly Buffer[], mark: (value: Buffer) => string): Edit[] {
  return values.map((value) => {
    const start = value.byteOffset - json.byteOffset;
    return { start, end: start + value.length, json: JSON.stringify(mark(value)) };
  });
}
