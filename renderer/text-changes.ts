// What a call would change in a text, where its arguments hold the old and the new one.

export interface TextChange {
  readonly before: string;
  readonly after: string;
}

/** Names under which tools for files take the text that is there, and the one that shall be. */
const pairs = [
  ['oldText', 'newText'],
  ['old_text', 'new_text'],
  ['old_str', 'new_str'],
  ['old_string', 'new_string'],
  ['oldString', 'newString'],
  ['old_content', 'new_content'],
  ['search', 'replace'],
] as const;

/** At most so many are shown; the arguments have all of them. */
const most = 20;

/**
 * Changes at any depth of the arguments, in their order.
 * @param json JSON text
 */
export function textChanges(json: string): TextChange[] {
  const found: TextChange[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || found.length >= most) return;
    const change = changeIn(value);
    if (change !== null) found.push(change);
    for (const inner of Object.values(value)) look(inner);
  };
  look(parsed(json));
  return found;
}

function changeIn(value: object): TextChange | null {
  const members = new Map<string, unknown>(Object.entries(value));
  for (const [old, fresh] of pairs) {
    const before = members.get(old);
    const after = members.get(fresh);
    if (typeof before === 'string' && typeof after === 'string') return { before, after };
  }
  return null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
