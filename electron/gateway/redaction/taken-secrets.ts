// Secrets that were taken out of something, to be recognised where others repeat them: servers quote what they refuse.

export interface TakenSecrets {
  /** What stands for it from now on. The oldest ones are forgotten where there are too many. */
  add(secret: string, mark: string): void;
  without(text: string): string;
}

/** Others are replaced as whole words alone: they would tear holes into what only has the same letters in it. */
const unmistakable = /^(?=.*\p{L})(?=.*\P{L}).{6}|^.{8}/su;
const fewestKinds = 4;
const ofWord = /[\p{L}\p{N}]/u;
/** Longer ones hardly come again letter by letter, and would cost much to look for. */
const longest = 8192;
const shortestInBase64 = 8;

export function createTakenSecrets(most: number): TakenSecrets {
  const marks = new Map<string, string>();

  return {
    add(secret, mark) {
      if (secret === '' || secret.length > longest) return;
      for (const form of formsOf(secret)) {
        marks.delete(form);
        marks.set(form, mark);
      }
      for (const form of marks.keys()) {
        if (marks.size <= most) break;
        marks.delete(form);
      }
    },

    without(text) {
      let kept = text;
      for (const [secret, mark] of marks) {
        if (!kept.includes(secret)) continue;
        kept = isUnmistakable(secret) ? kept.replaceAll(secret, () => mark) : withoutWord(kept, secret, mark);
      }
      return kept;
    },
  };
}

function isUnmistakable(secret: string): boolean {
  return unmistakable.test(secret) && new Set(secret).size >= fewestKinds;
}

/** The text without this one where neither a letter nor a digit stands beside it. */
function withoutWord(text: string, secret: string, mark: string): string {
  return text.replaceAll(secret, (found, at: number) => {
    const isPart = ofWord.test(text[at - 1] ?? '') || ofWord.test(text[at + secret.length] ?? '');
    return isPart ? found : mark;
  });
}

/** A secret, and how it may be written elsewhere. */
function formsOf(secret: string): ReadonlySet<string> {
  const forms = new Set([secret, JSON.stringify(secret).slice(1, -1)]);
  if (secret.isWellFormed()) forms.add(encodeURIComponent(secret));
  if (secret.length >= shortestInBase64) forms.add(Buffer.from(secret).toString('base64'));
  return forms;
}

/** The text that a JSON value is; null where it is another value. */
export function textOf(json: string): string | null {
  return json.startsWith('"') ? (JSON.parse(json) as string) : null;
}

const mostLeaves = 50;

/** The texts and numbers in a JSON value, none of them longer than is looked for; of large values none. */
export function leavesOf(json: string): string[] {
  if (json.length > longest) return [];
  const leaves: string[] = [];
  const pending: unknown[] = [JSON.parse(json)];
  while (pending.length > 0 && leaves.length < mostLeaves) {
    const value = pending.pop();
    if (typeof value === 'string' || typeof value === 'number') leaves.push(String(value));
    else if (typeof value === 'object' && value !== null)
      pending.push(...(Object.values(value) as unknown[]));
  }
  return leaves;
}
