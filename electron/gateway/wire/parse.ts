// Reads JSON-RPC messages: strictly from clients, where a policy depends on it, leniently from servers.
import { isUtf8 } from 'node:buffer';
import { trimmed } from './bytes.ts';
import { MAX_DEPTH, takeCensus } from './census.ts';
import type { Message, Parsed, RequestId, ResponseMessage } from './json-rpc.ts';
import { membersOf } from './json-members.ts';
import { arrayElements, countMembersWritten } from './json-spans.ts';
import { foldedName } from './member-names.ts';
import { isObject, type JsonObject } from './json-object.ts';

/** The seed's rule: 1 to 256 characters that start with a letter; `rpc.` is reserved (JSON-RPC 2.0 section 4.3). */
const METHOD_NAME = /^(?!rpc\.)[A-Za-z].{0,255}$/su;
const MAX_ID_LENGTH = 1024;
/** Longer batches are refused: each element costs a record and a verdict. */
const MAX_BATCH = 100;
/** A larger result of a server is not parsed before somebody asks for it. */
const MAX_PARSED_BYTES = 256 * 1024;
/** Names that make something else of a message, or might, once their escapes are read. */
const notOfResults = /^(?:method|error)$|\\/u;
const ENVELOPE_KEYS = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
type Refused = Extract<Parsed<never>, { ok: false }>;

export interface ClientBody {
  /** True where the body is a JSON array (allowed up to protocol version 2025-03-26). */
  readonly batch: boolean;
  readonly messages: readonly Message[];
}

/**
 * Reads what a client sent. Refuses what a policy and a server could read differently: invalid UTF-8, the same
 * key twice at any depth, case variants of envelope keys, numbers beyond a double, ids that lose digits.
 * It is held and parsed as a whole, however large, because a policy judges all of it.
 */
export function readClientBody(body: Buffer): Parsed<ClientBody> {
  if (!isUtf8(body)) return refused('parse_error', 'the body is not valid UTF-8');
  const bytes = trimmed(body);
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const census = takeCensus(json.value);
  if (census.tooDeep) return refused('invalid_request', `nested deeper than ${MAX_DEPTH} levels`);
  if (census.infinite) return refused('invalid_request', 'a number is too large', idOf(json.value));
  if (census.members !== countMembersWritten(bytes)) {
    return refused('duplicate_key', undefined, idOf(json.value));
  }

  if (Array.isArray(json.value) && json.value.length === 0) {
    return refused('invalid_request', 'the batch is empty');
  }
  if (Array.isArray(json.value) && json.value.length > MAX_BATCH) {
    return refused('invalid_request', `a batch may hold ${MAX_BATCH} messages`);
  }
  const messages = readEach(json.value, bytes, toClientMessage);
  if (!messages.ok) return messages;
  return { ok: true, value: { batch: Array.isArray(json.value), messages: messages.value } };
}

/** Reads what a server sent: one message, or a batch (2025-03-26). Unknown members are none of our business. */
export function readServerMessage(body: Buffer): Parsed<Message[]> {
  const bytes = trimmed(body);
  const large = bytes.length > MAX_PARSED_BYTES ? toLargeResult(bytes) : null;
  if (large !== null) return { ok: true, value: [large] };
  const json = parseJson(bytes);
  if (!json.ok) return json;
  return readEach(json.value, bytes, toMessage);
}

/**
 * A result whose envelope alone is read: parsed as a whole it would be held two more times. It is JSON, as all that is
 * passed on; what it is made of is parsed for who asks for it. Null for everything else, escapes in the names of the
 * envelope among it: that is parsed.
 */
function toLargeResult(bytes: Buffer): ResponseMessage | null {
  const members = membersOf(bytes);
  const written = members?.get('result');
  if (!members || !written || [...members.keys()].some((name) => notOfResults.test(name))) return null;
  const [jsonrpc, id] = [members.get('jsonrpc'), members.get('id')].map(readShort);
  if (jsonrpc !== '2.0' || !isRequestId(id)) return null;
  let result: Parsed<unknown> | undefined;
  return {
    kind: 'response',
    bytes,
    id,
    error: null,
    get result() {
      result ??= parseJson(written);
      return result.ok ? result.value : undefined;
    },
  };
}

function readShort(json: Buffer | undefined): unknown {
  if (json === undefined || json.length > MAX_ID_LENGTH) return undefined;
  const read = parseJson(json);
  return read.ok ? read.value : undefined;
}

/** One message, or each of a batch, with its own bytes. The first that is none refuses them all. */
function readEach(
  value: unknown,
  bytes: Buffer,
  read: (value: unknown, bytes: Buffer) => Parsed<Message>,
): Parsed<Message[]> {
  if (!Array.isArray(value)) {
    const only = read(value, bytes);
    return only.ok ? { ok: true, value: [only.value] } : only;
  }
  const spans = arrayElements(bytes);
  const messages: Message[] = [];
  for (const [index, one] of (value as unknown[]).entries()) {
    const message = read(one, spans[index] ?? Buffer.alloc(0));
    if (!message.ok) return message;
    messages.push(message.value);
  }
  return { ok: true, value: messages };
}

function parseJson(bytes: Buffer): Parsed<unknown> {
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8')) as unknown };
  } catch (error) {
    return refused('parse_error', error instanceof SyntaxError ? undefined : String(error));
  }
}

function toClientMessage(value: unknown, bytes: Buffer): Parsed<Message> {
  if (isObject(value)) {
    for (const key in value) {
      if (!ENVELOPE_KEYS.has(key) && ENVELOPE_KEYS.has(foldedName(key))) {
        return refused('invalid_request', `"${key}" must be written in lower case`, idOf(value));
      }
    }
    if (value.method !== undefined && (typeof value.method !== 'string' || !METHOD_NAME.test(value.method))) {
      return refused(
        'invalid_request',
        'method must be 1 to 256 characters and start with a letter',
        idOf(value),
      );
    }
  }
  return toMessage(value, bytes);
}

function toMessage(value: unknown, bytes: Buffer): Parsed<Message> {
  if (!isObject(value)) return refused('invalid_request', 'a message must be a JSON object');
  if (value.jsonrpc !== '2.0') return refused('invalid_request', 'jsonrpc must be "2.0"', idOf(value));
  const { method, id, params } = value;
  if (method === undefined) return toResponse(value, bytes);
  if (typeof method !== 'string') return refused('invalid_request', 'method must be a string', idOf(value));
  if ('result' in value || 'error' in value) {
    return refused('invalid_request', 'a message with a method has no result and no error', idOf(value));
  }
  if (params !== undefined && !isObject(params)) {
    return refused('invalid_request', 'params must be an object', idOf(value));
  }
  if (id === undefined)
    return { ok: true, value: { kind: 'notification', bytes, method, params: params ?? {} } };
  if (!isRequestId(id)) return refused('invalid_request', 'id must be a string or a whole number');
  return { ok: true, value: { kind: 'request', bytes, id, method, params: params ?? {} } };
}

function toResponse(value: JsonObject, bytes: Buffer): Parsed<Message> {
  const { id, error, result } = value;
  if ('result' in value === 'error' in value) {
    return refused('invalid_request', 'a message needs a method, or else a result or an error', idOf(value));
  }
  if (!isRequestId(id) && !(id === null && 'error' in value)) {
    return refused('invalid_request', 'id must be a string or a whole number');
  }
  if (!('error' in value)) return { ok: true, value: { kind: 'response', bytes, id, error: null, result } };
  const code = isObject(error) && typeof error.code === 'number' ? error.code : 0;
  const message = isObject(error) && typeof error.message === 'string' ? error.message : '';
  return { ok: true, value: { kind: 'response', bytes, id, error: { code, message }, result: null } };
}

function isRequestId(id: unknown): id is RequestId {
  return (typeof id === 'string' && id.length <= MAX_ID_LENGTH) || Number.isSafeInteger(id);
}

function idOf(value: unknown): RequestId | null {
  return isObject(value) && isRequestId(value.id) ? value.id : null;
}

function refused(error: Refused['error'], message?: string, id: RequestId | null = null): Refused {
  return message === undefined ? { ok: false, error, id } : { ok: false, error, message, id };
}
