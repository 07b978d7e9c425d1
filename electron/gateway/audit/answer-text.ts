// What the log keeps of a server's answer: its parts with their sizes, and how its text begins, without the secrets in it.
import { answerSummary, type AnswerSummary } from '../../shared/answer-summary.ts';
import type { CallRedaction } from '../ports.ts';
import { beginningOf } from '../wire/json-beginning.ts';
import { isObject, type JsonObject } from '../wire/json-object.ts';
import type { ResponseMessage } from '../wire/json-rpc.ts';

/** Of larger answers only so much is looked at, bytes: what an answer costs does not grow with it. */
const lookedAtBytes = 64 * 1024;
const keptCharacters = 500;
/** A secret that begins in what is kept may end behind it, characters. */
const beyondKept = 16 * 1024;
const mostParts = 20;
const longestType = 40;

/** JSON of an AnswerSummary; null for errors, which have a message of their own. */
export function answerText(
  answer: ResponseMessage,
  redaction: Pick<CallRedaction, 'json' | 'words'>,
): string | null {
  const isLarge = answer.bytes.length > lookedAtBytes;
  const result = isLarge ? resultAtBeginning(answer.bytes) : answer.result;
  if (answer.error !== null || !isObject(result)) return null;
  const held = partsOf(result);
  const parts = held.slice(0, mostParts).map((part, index) => {
    // The last one that is seen of a large answer may go on.
    const isWhole = !isLarge || index < held.length - 1;
    return {
      type: redaction.words(typeOf(part)).slice(0, longestType),
      bytes: isWhole ? bytesOf(part) : null,
    };
  });
  const [text, isCut] = textOf(held, redaction);
  const cut = isLarge || isCut || held.length > mostParts;
  return JSON.stringify({ isError: result.isError === true, parts, cut, text } satisfies AnswerSummary);
}

/** Null where the log has none, or one that this version can not read. */
export function readAnswerText(json: string | null): AnswerSummary | null {
  return json === null ? null : (answerSummary.safeParse(JSON.parse(json)).data ?? null);
}

function resultAtBeginning(bytes: Buffer): unknown {
  const message = beginningOf(bytes.subarray(0, lookedAtBytes))?.value;
  return isObject(message) ? message.result : undefined;
}

/** Of a tool's, a resource's and a prompt's answer (MCP 2025-11-25: content, contents, messages). */
function partsOf(result: JsonObject): JsonObject[] {
  const list = [result.content, result.contents, result.messages].find((one) => Array.isArray(one)) ?? [];
  const parts = (list as unknown[])
    .filter(isObject)
    .map((part) => (isObject(part.content) ? part.content : part));
  const { structuredContent: data } = result;
  return data === undefined ? parts : [...parts, { type: 'structuredContent', data: JSON.stringify(data) }];
}

function typeOf(part: JsonObject): string {
  if (typeof part.type === 'string') return part.type;
  return typeof part.text === 'string' ? 'text' : 'blob';
}

function bytesOf(part: JsonObject): number | null {
  const { text, data, blob } = isObject(part.resource) ? part.resource : part;
  const written = [text, data, blob].find((one) => typeof one === 'string');
  return written === undefined ? null : Buffer.byteLength(written);
}

/** How the texts begin, and whether they go on. */
function textOf(
  parts: readonly JsonObject[],
  redaction: Pick<CallRedaction, 'json' | 'words'>,
): [text: string, isCut: boolean] {
  let all = '';
  for (const part of parts) {
    const { text } = isObject(part.resource) ? part.resource : part;
    if (typeof text !== 'string' || text === '') continue;
    all += (all === '' ? '' : '\n') + withoutSecrets(text.slice(0, keptCharacters + beyondKept), redaction);
    if (all.length > keptCharacters) return [all.slice(0, keptCharacters).toWellFormed(), true];
  }
  return [all, false];
}

/** Many tools write JSON into their texts: there secrets have names. */
function withoutSecrets(text: string, redaction: Pick<CallRedaction, 'json' | 'words'>): string {
  const json = /^\s*[[{]/u.test(text) ? beginningOf(Buffer.from(text))?.json : undefined;
  if (json === undefined) return redaction.words(text);
  const bytes = Buffer.from(json);
  return redaction.json(bytes, bytes.length).toString('utf8');
}
