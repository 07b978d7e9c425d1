// Asks the running proxy over its admin API, which it finds through the user-data folder.
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { findRunningProxy } from '../main/program/running-proxy.ts';
import { pinned } from '../main/program/pinned-certificate.ts';
import { isBodiless, namesInPath } from '../shared/admin-api/operation.ts';
import { operations, type OperationName, type Operations } from '../shared/admin-api/operations.ts';
import { exitCodes, ProblemError } from './problem.ts';

/** Rejects with a ProblemError where the proxy is not there, is not to be asked, or answers with an error. */
export type Ask = <N extends OperationName>(
  name: N,
  input: z.input<Operations[N]['input']>,
) => Promise<z.output<Operations[N]['output']>>;

interface Place {
  readonly url: string;
  readonly certificate: string | null;
  readonly token: string;
}

/** Checks and tests of policies take a while. */
const PATIENCE_MS = 120_000;

const failure = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** @param userData the folder that the proxy was started with; it is looked for at the first question. */
export function createAsk(userData: string): Ask {
  let place: Promise<Place> | null = null;
  return async (name, input) => {
    place ??= findPlace(userData);
    const { status, body } = await send(await place, name, input);
    const answer: unknown = parseJson(body);
    if (status === 401) throw notItsToken(userData, (await place).url);
    if (status !== 200 && status !== 409) throw problemOf(status, answer, (await place).url);
    const parsed = operations[name].output.safeParse(answer);
    // Also an error of this status.
    if (!parsed.success) throw problemOf(status, answer, (await place).url);
    return parsed.data as never;
  };
}

async function findPlace(userData: string): Promise<Place> {
  const proxy = await findRunningProxy(userData);
  if (!proxy.found) {
    throw new ProblemError(
      'not_running',
      `MCP Proxy Desktop is not running. ${proxy.why}\nStart the app, or say with --user-data DIR where it keeps its data.`,
      exitCodes.absent,
    );
  }
  try {
    const token = (await readFile(join(userData, 'api-token'), 'utf8')).trim();
    return { url: proxy.url, certificate: proxy.certificate, token };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') throw apiIsOff(proxy.url);
    throw new ProblemError('no_token', `The token can't be read: ${error.message}`, exitCodes.absent);
  }
}

function apiIsOff(url: string): ProblemError {
  return new ProblemError(
    'api_off',
    `MCP Proxy Desktop runs at ${url}, and takes no commands. Switch api.enabled on in the window's settings, or add this line to
its configuration file, and start it again:

api: { enabled: true }
`,
    exitCodes.absent,
  );
}

function notItsToken(userData: string, url: string): ProblemError {
  return new ProblemError(
    'api_unauthorized',
    `The token in ${join(userData, 'api-token')} is not that of the app that runs at ${url}.
Delete the file and start the app again: it makes a new one.`,
  );
}

/** Of an answer that is not what was asked for. */
function problemOf(status: number, answer: unknown, url: string): ProblemError {
  const { data } = failure.safeParse(answer);
  if (data !== undefined) return new ProblemError(data.error.code, data.error.message);
  // Without its admin API the proxy knows no such path, and says so in another form.
  if (status === 404) return apiIsOff(url);
  return new ProblemError('bad_answer', `What answers at ${url} is another version of the app (${status}).`);
}

function send(
  { url, certificate, token }: Place,
  name: OperationName,
  input: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: string }> {
  const { method, path } = operations[name];
  const inPath = namesInPath(path);
  const others = Object.entries(input).filter(
    ([member, value]) => !inPath.includes(member) && value !== undefined,
  );
  const target = new URL(
    path.replaceAll(/\{(\w+)\}/gu, (_, member: string) => encodeURIComponent(String(input[member]))),
    url,
  );
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  let body: string | undefined;
  if (isBodiless(method))
    for (const [member, value] of others) target.searchParams.set(member, String(value));
  else {
    body = JSON.stringify(Object.fromEntries(others));
    headers['content-type'] = 'application/json';
  }
  const options = { method, headers, signal: AbortSignal.timeout(PATIENCE_MS) };
  return new Promise((resolve, reject) => {
    const request =
      certificate === null
        ? httpRequest(target, options)
        : httpsRequest(target, { ...options, ...pinned(certificate) });
    request.on('error', (error) => reject(unreachable(url, error)));
    request.on('response', (response) => {
      text(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, body: read }),
        (error: unknown) => reject(unreachable(url, error)),
      );
    });
    request.end(body);
  });
}

function unreachable(url: string, error: unknown): ProblemError {
  const why = error instanceof Error ? error.message : String(error);
  return new ProblemError(
    'unreachable',
    `MCP Proxy Desktop does not answer at ${url}: ${why}\nTry again in a moment; if it stays so, end it and start it again.`,
    exitCodes.absent,
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not from the admin API; what it is instead is told by the status.
    return undefined;
  }
}
