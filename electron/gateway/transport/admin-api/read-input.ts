// Reads what an operation of the admin API is asked with, from path, query and body.
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { isBodiless, type Operation } from '../../../shared/admin-api/operation.ts';
import type { ErrorName } from '../../errors.ts';
import { mediaTypeOf, readBody } from '../http-exchange.ts';

/** Longest body where the operation says nothing. */
const MAX_BODY_BYTES = 64 * 1024;

export type InputRead =
  | { readonly ok: true; readonly input: Record<string, unknown> }
  /** `why` is for people. */
  | { readonly ok: false; readonly error: ErrorName; readonly why: string };

const object = z.record(z.string(), z.unknown());

/** @param query as it stands behind the question mark */
export async function readInput(
  request: IncomingMessage,
  operation: Operation,
  inPath: Readonly<Record<string, string>>,
  query: string,
): Promise<InputRead> {
  const given = isBodiless(operation.method) ? readQuery(query) : await readJson(request, operation);
  if (!given.ok) return given;
  const twice = Object.keys(given.input).find((name) => Object.hasOwn(inPath, name));
  if (twice !== undefined) return refused(`${twice} stands in the path`);
  const parsed = operation.input.safeParse({ ...given.input, ...inPath });
  return parsed.success ? { ok: true, input: parsed.data } : refused(z.prettifyError(parsed.error));
}

function readQuery(query: string): InputRead {
  const parameters = [...new URLSearchParams(query)];
  const input = Object.fromEntries(parameters);
  return Object.keys(input).length === parameters.length
    ? { ok: true, input }
    : refused('a name stands in the query twice');
}

async function readJson(request: IncomingMessage, { maxBodyBytes }: Operation): Promise<InputRead> {
  const limit = maxBodyBytes ?? MAX_BODY_BYTES;
  const body = await readBody(request, limit);
  if (body === null) return { ok: false, error: 'too_large', why: `a body may have ${limit} bytes here` };
  if (body.length === 0) return { ok: true, input: {} };
  if (mediaTypeOf(request) !== 'application/json') {
    return { ok: false, error: 'unsupported_media_type', why: 'a body is read as JSON alone' };
  }
  const parsed = object.safeParse(parseJson(body.toString('utf8')));
  return parsed.success ? { ok: true, input: parsed.data } : refused('the body is no object in JSON');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: told to whoever sent it.
    return undefined;
  }
}

function refused(why: string): InputRead {
  return { ok: false, error: 'invalid_request', why };
}
