// The admin API: what scripts may ask of the running proxy over HTTP, with a token of its own.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '../../shared/admin-api/operation.ts';
import { operations } from '../../shared/admin-api/operations.ts';
import type { GatewayCommands, Handlers } from '../../shared/contract.ts';
import { CommandError } from '../../shared/rpc.ts';
import { errors, type Refusal } from '../errors.ts';
import type { CallLog, Clock, Logger } from '../ports.ts';
import { statusOfFailure } from './admin-api/command-failure.ts';
import { createFindOperation } from './admin-api/find-operation.ts';
import { openApiDocument } from './admin-api/openapi.ts';
import { readInput } from './admin-api/read-input.ts';
import { createTokenCheck } from './admin-api/token-check.ts';
import { type AuditLines, auditLines, readLinesRequest, sendAuditLines } from './audit-lines.ts';
import { addressOf, pathOf, recordRefusal } from './endpoint.ts';
import { sendJson } from './http-exchange.ts';
import { targetOf } from './request-target.ts';

export interface AdminApiOptions {
  readonly token: string;
  readonly commands: Handlers<GatewayCommands>;
  readonly audit: AuditLines;
  /** Of the app. */
  readonly version: string;
  readonly log: CallLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AdminApi {
  /** Answers a request below `/api/` that has come in at the door. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Refuses one that has not. */
  refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void;
  close(): void;
}

/** No entry of the table of operations; nor is `auditLines`, which is not one answer, but as many lines as there are. */
const DESCRIPTION = '/api/openapi.json';

export function createAdminApi(options: AdminApiOptions): AdminApi {
  const { token, commands, version, log, clock, logger } = options;
  const tokens = createTokenCheck(token, log, clock);
  const find = createFindOperation(Object.values(operations));
  let description: Buffer | null = null;

  /** Refused before it was asked of anybody: recorded, and the connection ends, whatever is still to come on it. */
  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    refusal: Refusal,
    headers: Record<string, string> = {},
  ): void {
    const method = `${request.method ?? ''} ${pathOf(request)}`;
    recordRefusal(options, { server: '', method, refusal, sourceIp: addressOf(request) });
    sendRefused(response, refusal, { connection: 'close', ...headers });
  }

  /** Whether it may ask at all; it has been refused where not. */
  function isAdmitted(request: IncomingMessage, response: ServerResponse): boolean {
    // A web page has no business here, wherever it comes from; nothing but a browser sends an Origin.
    if (request.headers.origin !== undefined) {
      refuse(request, response, { error: 'forbidden_origin' });
      return false;
    }
    switch (tokens.check(request.headers.authorization)) {
      case 'right':
        return true;
      case 'wrong':
        refuse(request, response, { error: 'api_unauthorized' }, { 'www-authenticate': 'Bearer' });
        return false;
      case 'too_many':
        sendRefused(response, { error: 'api_locked' }, { connection: 'close', 'retry-after': '60' });
        return false;
    }
  }

  async function run(operation: Operation, input: Record<string, unknown>, response: ServerResponse) {
    try {
      const given = await operation.run(commands, input);
      if (given === null) {
        sendFailure(response, 404, 'not_found', operation.absent ?? errors.not_found.message);
        return;
      }
      // What is not declared stays inside.
      const answer = operation.output.parse(given);
      send(response, operation.isRefusal?.(answer) === true ? 409 : 200, answer);
    } catch (error) {
      if (error instanceof CommandError) {
        sendFailure(response, statusOfFailure(error.code), error.code, error.message);
        return;
      }
      logger.error('api_failed', { path: operation.path, error: String(error) });
      sendFailure(response, errors.internal.http, 'internal', errors.internal.message);
    }
  }

  async function answerWithLines(request: IncomingMessage, response: ServerResponse, query: string) {
    const wanted = readLinesRequest(new URLSearchParams(query));
    if ('wrong' in wanted) {
      const message = `${errors.invalid_request.message}: ${wanted.wrong}`;
      refuse(request, response, { error: 'invalid_request', message });
      return;
    }
    try {
      await sendAuditLines(options.audit, wanted, response);
    } catch (error) {
      logger.warn('api_failed', { path: auditLines.path, error: String(error) });
      // In the middle of the lines the one way to say that they are not all.
      if (response.headersSent) response.destroy();
      else if (error instanceof CommandError) {
        sendFailure(response, statusOfFailure(error.code), error.code, error.message);
      } else sendFailure(response, errors.internal.http, 'internal', errors.internal.message);
    }
  }

  return {
    refuse,
    close: () => tokens.close(),
    async handle(request, response) {
      if (!isAdmitted(request, response)) return;
      const { path, query } = targetOf(request.url ?? '/');
      const method = request.method ?? '';
      if (path === DESCRIPTION && method === 'GET') {
        description ??= Buffer.from(JSON.stringify(openApiDocument(operations, auditLines, version)));
        sendJson(response, 200, description, unkept);
        return;
      }
      if (path === auditLines.path && method === 'GET') {
        await answerWithLines(request, response, query);
        return;
      }
      const found = find(method, path);
      if (!found.found) {
        const allow = path === DESCRIPTION || path === auditLines.path ? ['GET'] : found.allow;
        if (allow.length > 0)
          refuse(request, response, { error: 'method_not_allowed' }, { allow: allow.join(', ') });
        else refuse(request, response, { error: 'not_found', message: `Not found: see GET ${DESCRIPTION}` });
        return;
      }
      const read = await readInput(request, found.operation, found.inPath, query);
      if (read.ok) await run(found.operation, read.input, response);
      else {
        const message = `${errors[read.error].message}: ${read.why}`;
        refuse(request, response, { error: read.error, message });
      }
    },
  };
}

const unkept = { 'cache-control': 'no-store' };

function send(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  sendJson(response, status, Buffer.from(JSON.stringify(value)), { ...unkept, ...headers });
}

function sendRefused(
  response: ServerResponse,
  { error, message = errors[error].message }: Refusal,
  headers: Record<string, string>,
): void {
  sendFailure(response, errors[error].http, error, message, headers);
}

function sendFailure(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  send(response, status, { error: { code, message } }, headers);
}
