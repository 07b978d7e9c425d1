// The arguments of a call as they came, cut out of the message's bytes: big integers and order stay what they were.
import type { Call } from '../call.ts';
import { nowhere, skipSpace, skipValue, valueOf } from './json-spans.ts';

const paramsKey = Buffer.from('params');
const argumentsKey = Buffer.from('arguments');

/**
 * JSON text as UTF-8; a view into the message where `call.arguments` is the very object that was parsed from it
 * (`params.arguments`, or `params` itself), and written anew where it is not.
 */
export function writtenArguments(call: Call): Buffer {
  const { message } = call;
  if (message.kind === 'response') return writtenAnew(call);
  const json = message.bytes;
  const params = valueOf(json, skipSpace(json, 0), paramsKey);
  if (call.arguments === message.params) return spanAt(json, params) ?? writtenAnew(call);
  if (call.arguments !== message.params.arguments || params === nowhere) return writtenAnew(call);
  return spanAt(json, valueOf(json, params, argumentsKey)) ?? writtenAnew(call);
}

function spanAt(json: Buffer, start: number): Buffer | null {
  return start === nowhere ? null : json.subarray(start, skipValue(json, start));
}

function writtenAnew(call: Call): Buffer {
  return Buffer.from(JSON.stringify(call.arguments));
}
