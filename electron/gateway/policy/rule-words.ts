// What a policy says of one of its rules to people: the title and description of its METADATA.

export interface RuleWords {
  readonly title: string;
  readonly description: string | null;
}

interface Annotated extends RuleWords {
  /** The text of the rule, up to the next annotation. */
  readonly rule: string;
}

/** A block of METADATA, and what stands below it. */
const annotation = /^# METADATA\n((?:#.*\n)+)((?:(?!# METADATA$).*\n?)*)/gmu;

/**
 * What the audit log names may be a rule, or the `rule` of an objection; the former is looked for first.
 * @param files the policy in force
 */
export function findRuleWords(files: readonly { readonly text: string }[], name: string): RuleWords | null {
  const rules = files.flatMap(({ text }) => annotatedIn(text));
  const quoted = JSON.stringify(name);
  const found =
    rules.find(({ rule }) => rule.includes(`"rule": ${quoted}`)) ??
    rules.find(({ rule }) => rule.includes(`"name": ${quoted}`)) ??
    rules.find(({ rule }) => rule.startsWith(name) && !/^\w/u.test(rule.slice(name.length))) ??
    rules.find(({ rule }) => /^ask\b/u.test(rule) && rule.includes(name));
  return found === undefined ? null : { title: found.title, description: found.description };
}

function annotatedIn(text: string): Annotated[] {
  return [...text.matchAll(annotation)].flatMap(([, comment = '', rule = '']) => {
    const lines = comment.split('\n').map((line) => line.replace(/^# ?/u, ''));
    const title = field(lines, 'title');
    return title === null
      ? []
      : [{ title, description: field(lines, 'description'), rule: rule.trimStart() }];
  });
}

/** A value on the line of its key, or, after `|`, on the indented lines below. */
function field(lines: readonly string[], key: string): string | null {
  const at = lines.findIndex((line) => line.startsWith(`${key}: `));
  if (at === -1) return null;
  const value = (lines[at] ?? '').slice(key.length + 2).trim();
  if (value.startsWith('"')) return textIn(value);
  if (!/^[|>]/u.test(value)) return value;
  const below = lines.slice(at + 1);
  const end = below.findIndex((line) => line.trim() !== '' && !/^\s/u.test(line));
  return below
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

function textIn(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    // YAML has more to say in quotes than JSON: it is shown as it stands.
    return quoted;
  }
}
