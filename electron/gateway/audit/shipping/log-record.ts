// Records of the audit log as OpenTelemetry log records. Names are those of OpenTelemetry's semantic conventions where they
// have one (opentelemetry.io/docs/specs/semconv/gen-ai/mcp), and else begin with `mcp_proxy.`.
import { type Attributes, type LogRecord, SeverityNumber } from '@opentelemetry/api';
import type { Database } from 'better-sqlite3';
import { chainedColumns, type ChainedRecord, type ColumnValue } from '../chain.ts';

type Columns = Readonly<Record<string, ColumnValue>>;

interface Severity {
  readonly severityNumber: SeverityNumber;
  readonly severityText: string;
}

const info: Severity = { severityNumber: SeverityNumber.INFO, severityText: 'INFO' };
const warn: Severity = { severityNumber: SeverityNumber.WARN, severityText: 'WARN' };
const error: Severity = { severityNumber: SeverityNumber.ERROR, severityText: 'ERROR' };

/** Events that are not as they should be. */
const severityOfEvent: Readonly<Record<string, Severity>> = {
  'log.cut': error,
  'log.gap': error,
  'log.salvaged': error,
  'log.unshipped': warn,
  'policy.refused': warn,
  'refusals.counted': warn,
};

/** What of a call its outcome is shown with, so that each can be read without the other. */
const ofTheCall = [
  'at',
  'request_id',
  'session_id',
  'agent_id',
  'client',
  'client_version',
  'server',
  'method',
  'tool',
  'resource',
  'source_ip',
] as const;

/**
 * The body of each has the columns of its table, as they are stored and hashed (PROOF.md); of nulls nothing is sent.
 * @param log what distinguishes this log from any other: together with the number it names a record for ever
 */
export function createLogRecords(database: Database, log: string): (record: ChainedRecord) => LogRecord {
  const callOf = database.prepare<[ColumnValue], Columns>(
    `SELECT ${ofTheCall.join(', ')} FROM calls WHERE id = ?`,
  );

  function told(kind: ChainedRecord['kind'], columns: Columns): LogRecord {
    switch (kind) {
      case 'call':
        return {
          eventName: 'mcp_proxy.audit.call',
          timestamp: time(columns.at),
          ...(columns.allowed === 1 && (columns.alert ?? null) === null ? info : warn),
          attributes: { ...callAttributes(columns), ...verdictAttributes(columns) },
        };
      case 'outcome': {
        const call = callOf.get(columns.call_id ?? 0) ?? {};
        const { latency_us: latency = null } = columns;
        return {
          eventName: 'mcp_proxy.audit.outcome',
          timestamp: time(Number(call.at ?? 0) + Number(latency ?? 0) / 1000),
          ...(columns.status === 'ok' ? info : warn),
          attributes: { ...callAttributes(call), ...outcomeAttributes(columns) },
        };
      }
      case 'event':
        return {
          eventName: `mcp_proxy.audit.${String(columns.kind)}`,
          timestamp: time(columns.at),
          ...(severityOfEvent[String(columns.kind)] ?? info),
          attributes: {
            'mcp_proxy.event.actor': columns.actor,
            'mcp_proxy.event.subject': columns.subject,
          },
        };
    }
  }

  return ({ kind, seq, values, hash }) => {
    const columns = named(kind, values);
    const { attributes, ...record } = told(kind, columns);
    const place = {
      'mcp_proxy.audit.log': log,
      'mcp_proxy.audit.seq': seq,
      'mcp_proxy.audit.hash': hash,
    };
    return { ...record, body: columns, attributes: withoutEmpty({ ...place, ...attributes }) };
  };
}

function callAttributes(call: Columns): Attributes {
  const { method, tool } = call;
  return {
    'mcp.method.name': method,
    'mcp.session.id': call.session_id,
    'mcp.resource.uri': call.resource,
    'gen_ai.operation.name': method === 'tools/call' ? 'execute_tool' : null,
    'gen_ai.tool.name': method === 'prompts/get' ? null : tool,
    'gen_ai.prompt.name': method === 'prompts/get' ? tool : null,
    'client.address': call.source_ip,
    'mcp_proxy.request.id': call.request_id,
    'mcp_proxy.agent.id': call.agent_id,
    'mcp_proxy.client.name': call.client,
    'mcp_proxy.client.version': call.client_version,
    'mcp_proxy.server.name': call.server,
  };
}

function verdictAttributes(call: Columns): Attributes {
  return {
    'mcp_proxy.decision': call.allowed === 1 ? 'allow' : 'deny',
    'mcp_proxy.reason': call.reason,
    'mcp_proxy.policy.rule': call.matched_rule,
    'mcp_proxy.policy.mode': call.policy_mode,
    'mcp_proxy.alert': call.alert,
    ...errorAttributes(call.error_code, call.allowed === 1 ? null : call.reason),
  };
}

function outcomeAttributes(outcome: Columns): Attributes {
  const { status, latency_us: latency = null } = outcome;
  return {
    'mcp_proxy.call.seq': outcome.call_id,
    'mcp_proxy.status': status,
    'mcp_proxy.duration': latency === null ? null : Number(latency) / 1e6,
    ...errorAttributes(outcome.error_code, status === 'ok' ? null : status),
  };
}

/** `rpc.response.status_code` is a text there. */
function errorAttributes(code: ColumnValue | undefined, kind: ColumnValue | undefined): Attributes {
  const status = code == null ? null : String(code);
  return { 'rpc.response.status_code': status, 'error.type': kind == null ? null : (status ?? kind) };
}

function named(kind: ChainedRecord['kind'], values: readonly ColumnValue[]): Columns {
  const columns = chainedColumns[kind].map((name, index) => [name, values[index] ?? null] as const);
  return Object.fromEntries(columns.filter(([, value]) => value !== null));
}

function withoutEmpty(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );
}

function time(at: ColumnValue | undefined): Date {
  return new Date(Number(at ?? 0));
}
