// A call with other arguments, written by the person who was asked. All else of it stays as it came, byte for byte.
import type { Call } from '../call.ts';
import { foldedName } from '../wire/member-names.ts';
import { readClientBody } from '../wire/parse.ts';
import { valueAt, withValues } from '../wire/json-spans.ts';

const path = [Buffer.from('params'), Buffer.from('arguments')];

/** As bodies of clients (16 MiB), with room for what is around them. */
const MAX_BYTES = 15 * 1024 * 1024;

export type EditedCall =
  | { readonly ok: true; readonly call: Call }
  /** For people. */
  | { readonly ok: false; readonly why: string };

/**
 * Arguments can be changed where the request has some. Not where the server reads some of them from headers: these
 * would still say what the client wrote (MCP 2026-07-28, custom headers).
 */
export function isEditable({ message, paramHeaders }: Call): boolean {
  return (
    message.kind === 'request' &&
    (message.method === 'tools/call' || message.method === 'prompts/get') &&
    Object.keys(paramHeaders).length === 0 &&
    valueAt(message.bytes, path)?.[0] === 0x7b
  );
}

/**
 * Refuses what is refused of clients: no JSON object, the same name twice, numbers that overflow, names that differ in
 * case alone.
 * @param json of the new arguments
 * @param requestId of the new call
 */
export function editedCall(call: Call, json: string, requestId: string): EditedCall {
  if (!isEditable(call)) return failed('The arguments of this call can’t be changed');
  const value = Buffer.from(json.trim());
  if (value.length > MAX_BYTES) return failed('The arguments are too long');
  // Read by themselves first: nothing in them can end the place where they are put.
  const alone = objectIn(value);
  if (alone === null) return failed('The arguments must be one JSON object');
  const names = Object.keys(alone);
  if (new Set(names.map(foldedName)).size < names.length)
    return failed('Two names of the arguments differ in case alone');
  const read = readClientBody(withValues(call.message.bytes, [{ path, value }]));
  const message = read.ok ? read.value.messages[0] : undefined;
  if (!read.ok) {
    return failed(
      read.error === 'duplicate_key'
        ? 'An object in the arguments has the same name twice'
        : (read.message ?? 'The arguments are not valid JSON'),
    );
  }
  if (message?.kind !== 'request') return failed('The arguments are not valid JSON');
  const args = message.params.arguments as Readonly<Record<string, unknown>>;
  const replaces = call.replaces ?? call.requestId;
  return { ok: true, call: Object.freeze({ ...call, requestId, replaces, message, arguments: args }) };
}

function objectIn(value: Buffer): object | null {
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null;
  } catch {
    // No JSON: told to whoever wrote it.
    return null;
  }
}

function failed(why: string): EditedCall {
  return { ok: false, why };
}
