// Takes secrets out of all that is written down of calls, and out of log lines.
import type { CallRedaction, Redactor } from '../ports.ts';
import { type Edit, edited, inOrder, secretsIn } from './json-secrets.ts';
import { type Mark } from './marks.ts';
import { valuesAtPaths } from './paths.ts';
import type { RedactionRules, RulesFor } from './rules.ts';
import { mayHoldSecrets } from './secret-patterns.ts';
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
    of: (call, paths) => redactionOf(rulesFor(call.server, call.tool), paths, mark, recent),
    words: (text) => recent.without(withoutSecrets(text, general, mark)),
  };
}

function redactionOf(
  rules: RedactionRules | null,
  policyPaths: readonly (readonly string[])[],
  mark: Mark,
  recent: TakenSecrets,
): CallRedaction {
  const taken = createTakenSecrets(mostHashes);
  let hashes = 0;
  let took = false;

  const marked: Mark = (kind, secret) => {
    took = true;
    hashes += 1;
    if (hashes > mostHashes) return `[redacted:${kind}]`;
    const made = mark(kind, secret);
    taken.add(secret, made);
    recent.add(secret, made);
    return made;
  };
  const markedValue = (kind: string, value: Buffer): string => {
    const written = value.toString('utf8');
    const leaves = leavesOf(written);
    // A text has the hash that it has where it is found by its form.
    const made = marked(kind, textOf(written) ?? written);
    for (const leaf of leaves) {
      taken.add(leaf, made);
      recent.add(leaf, made);
    }
    return made;
  };
  const words = (text: string) => taken.without(withoutSecrets(text, rules, marked));

  return {
    get took() {
      return took;
    },
    words,
    json(text, length) {
      const edits = [
        ...editsAt(text, valuesAtPaths(text, policyPaths), (value) => markedValue('policy', value)),
        ...editsAt(text, valuesAtPaths(text, rules?.paths ?? []), (value) => markedValue('path', value)),
      ];
      const until = Math.min(text.length, length + beyondCut);
      const search = () =>
        secretsIn(text, until, { nameOf: rules?.nameOf ?? (() => null), words, mark: markedValue });
      const found = rules !== null && needsSearch(text, until, rules) ? search() : [];
      // What is a secret in one place is one in all others, also before it.
      edits.push(...(took ? search() : found));
      return edited(text, inOrder(edits), length);
    },
  };
}

/** Nearly all arguments are let through by one look at their bytes. */
function needsSearch(json: Buffer, until: number, { hasOwn }: RedactionRules): boolean {
  if (hasOwn) return true;
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
