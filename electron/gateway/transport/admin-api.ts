// The admin API: what scripts may ask of the running proxy over HTTP, with a token of its own.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { answerDuration, answerScope } from '../../shared/approvals.ts';
import type { GatewayCommands, Handlers } from '../../shared/contract.ts';
import { errors } from '../errors.ts';
import { pathOf, type Refuse } from './endpoint.ts';
import { mediaTypeOf, readBody, sendJson } from './http-exchange.ts';

export interface AdminApiOptions {
  readonly token: string;
  readonly commands: Pick<
    Handlers<GatewayCommands>,
    'status.read' | 'pause.set' | 'approvals.list' | 'approvals.answer' | 'grants.list' | 'grants.revoke'
  >;
  readonly refuse: Refuse;
}

export interface AdminApi {
  /** Answers a request below `/api/` that has come in at the door. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

interface Action {
  readonly input: z.ZodType;
  /** `id` is what the path ends with, where it is one of those that do. */
  run(input: unknown, id: string): unknown;
}

/** What a script says of one call; without more it is answered once. */
const answerOfOne = z.strictObject({
  allow: z.boolean(),
  duration: answerDuration.default('once'),
  scope: answerScope.default('arguments'),
  note: z.string().trim().max(500).default(''),
});

const bodiless: ReadonlySet<string> = new Set(['GET', 'DELETE']);

function action<I extends z.ZodType>(input: I, run: (input: z.output<I>, id: string) => unknown): Action {
  return { input, run: (parsed, id) => run(parsed as z.output<I>, id) };
}

export function createAdminApi({ token, commands, refuse }: AdminApiOptions): AdminApi {
  const wanted = digest(`Bearer ${token}`);
  const actions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
    '/api/status': { GET: action(z.undefined(), () => commands['status.read']()) },
    '/api/pause': {
      POST: action(z.strictObject({ paused: z.boolean() }), async ({ paused }) => {
        await commands['pause.set'](paused);
        return { paused };
      }),
    },
    '/api/approvals': { GET: action(z.undefined(), () => commands['approvals.list']()) },
    '/api/approvals/ID': {
      POST: action(answerOfOne, (wish, id) =>
        commands['approvals.answer']({ ...wish, via: 'api', ids: [id] }),
      ),
    },
    '/api/grants': { GET: action(z.undefined(), () => commands['grants.list']()) },
    '/api/grants/ID': { DELETE: action(z.undefined(), (_, id) => commands['grants.revoke']({ id })) },
  };

  return {
    async handle(request, response) {
      // A web page has no business here, wherever it comes from; nothing but a browser sends an Origin.
      if (request.headers.origin !== undefined) {
        refuse(request, response, { error: 'forbidden_origin' });
        return;
      }
      if (!timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)) {
        refuse(
          request,
          response,
          { error: 'api_unauthorized' },
          { headers: { 'www-authenticate': 'Bearer' } },
        );
        return;
      }
      const { path, id } = placeOf(pathOf(request));
      const methods = Object.hasOwn(actions, path) ? actions[path] : undefined;
      if (methods === undefined) {
        const message = `Not found; there are: ${Object.keys(actions).join(', ')}`;
        refuse(request, response, { error: 'not_found', message });
        return;
      }
      const asked = Object.hasOwn(methods, request.method ?? '') ? methods[request.method ?? ''] : undefined;
      if (asked === undefined) {
        const headers = { allow: Object.keys(methods).join(', ') };
        refuse(request, response, { error: 'method_not_allowed' }, { headers });
        return;
      }
      const body = bodiless.has(request.method ?? '')
        ? { ok: true, value: undefined }
        : await readJson(request);
      const input = body.ok ? asked.input.safeParse(body.value) : null;
      if (input?.success !== true) {
        const why = input === null ? 'a body in JSON is expected' : z.prettifyError(input.error);
        const message = `${errors.invalid_request.message}: ${why}`;
        refuse(
          request,
          response,
          { error: 'invalid_request', message },
          { headers: { connection: 'close' } },
        );
        return;
      }
      const answer: unknown = await asked.run(input.data, id);
      sendJson(response, 200, Buffer.from(JSON.stringify(answer)), { 'cache-control': 'no-store' });
    },
  };
}

/** `/api/approvals/req_1` is the place `/api/approvals/ID`. */
function placeOf(path: string): { path: string; id: string } {
  const [, place, id] = /^(\/api\/\w+)\/([\w-]{1,200})$/u.exec(path) ?? [];
  return place === undefined || id === undefined ? { path, id: '' } : { path: `${place}/ID`, id };
}

async function readJson(request: IncomingMessage): Promise<{ ok: boolean; value: unknown }> {
  const body = mediaTypeOf(request) === 'application/json' ? await readBody(request, MAX_BODY_BYTES) : null;
  try {
    return body === null
      ? { ok: false, value: null }
      : { ok: true, value: JSON.parse(body.toString('utf8')) };
  } catch {
    // No JSON: told to whoever sent it.
    return { ok: false, value: null };
  }
}

/** Of equal length whatever it is of, so that comparing it tells nothing of the text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
