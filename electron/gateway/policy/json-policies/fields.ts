// The fields of a call that JSON policies can ask about: those of policies/input.schema.json.

/** Members of each object; null where the field is no object, or where anything may stand below it. */
export const inputFields: Readonly<Record<string, readonly string[] | null>> = {
  agent: ['id', 'name', 'capabilities', 'model', 'publisher', 'tags'],
  request: ['method', 'tool', 'arguments', 'intent'],
  session: ['id', 'request_count', 'started_at', 'cumulative_reads', 'cumulative_writes', 'history'],
  identity: ['verified', 'did'],
  context: ['timestamp', 'source_ip', 'environment', 'proxy_region'],
  process: ['pid', 'executable', 'name', 'proven'],
  method: null,
  tool: null,
  arguments: null,
  server: null,
  client: null,
  client_id: null,
  resource: null,
};

/** A path such as `agent.id` or `request.arguments.path`; `input.` may stand before it. */
export function fieldPath(text: string): readonly string[] {
  return text.replace(/^input\./u, '').split('.');
}

/** Whether calls have such a field. A mistyped one would be missing in every call, and its rule never apply. */
export function isField(text: string): boolean {
  const [first = '', second, ...rest] = fieldPath(text);
  if (!Object.hasOwn(inputFields, first) || [second, ...rest].includes('')) return false;
  if (first === 'arguments') return true;
  if (second === undefined) return true;
  const isKnown = inputFields[first]?.includes(second) ?? false;
  if (second === 'arguments' || rest.length === 0) return isKnown;
  return text.endsWith('session.history.truncated') && rest.length === 1;
}

/** As a reference of Rego: `input.request.arguments["user-id"]`. */
export function fieldReference(text: string): string {
  return fieldPath(text)
    .map((name) => (isPlainName(name) ? `.${name}` : `[${JSON.stringify(name)}]`))
    .reduce((reference, step) => reference + step, 'input');
}

const keywords = new Set(
  'as contains default else every false if import in not null package some true with'.split(' '),
);

function isPlainName(name: string): boolean {
  return /^[A-Za-z_]\w*$/u.test(name) && !keywords.has(name);
}
