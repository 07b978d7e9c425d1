// Writes the audit log: every record is committed, in the thread of the calls, before its call can go on.
import type { AuditEvent } from '../../shared/audit-events.ts';
import type { Agent, Call, CallOutcome, Obligations, Surroundings, Verdict } from '../call.ts';
import type { CallRedaction, CallWriter, Logger, Redactor, RefusedMessage } from '../ports.ts';
import { answerText } from './answer-text.ts';
import { argumentText } from './argument-text.ts';
import { auditError } from './audit-error.ts';
import { chainedColumns, type ColumnValue } from './chain.ts';
import { createChainWriter, transact } from './chain-writer.ts';
import { type CutEnd, findCut } from './cut-end.ts';
import { createEventWriter } from './event-rows.ts';
import { createGroupCommit } from './group-commit.ts';
import { openForWriting, type Synchronous } from './open-database.ts';
import { createFactsWriter } from './recorded-facts.ts';
import { countOpenCalls } from './open-calls.ts';

export interface CallLogOptions {
  /** Absolute path of the database. */
  readonly path: string;
  readonly synchronous: Synchronous;
  /** False: arguments are not stored at all. */
  readonly captureArguments: boolean;
  /** Whether a summary of each answer is stored. Left out: no. */
  readonly captureAnswers?: boolean;
  /** As policies see them. */
  readonly surroundings: Surroundings;
  readonly redactor: Redactor;
  readonly logger: Logger;
}

/** What is kept of a server's words about a call of which the policy wants something kept out. */
const silence = '[redacted]';

const noObligations: Obligations = { log: [], alert: null, redact: [] };

/** The log as its owner has it: closing it is over when the call returns. */
export interface SqliteCallLog extends CallWriter {
  /** What was missing at the end of the log when it was opened; null where nothing was. */
  readonly cut: CutEnd | null;
  /** How many commits it has made. */
  readonly commits: number;
  /** How long a commit waits for another connection's lock, milliseconds. */
  setPatience(ms: number): void;
  /** Copies all that is committed into a new file, also where its own is gone from its folder. */
  copyTo(path: string): Promise<void>;
  close(): void;
}

const insertCall = `
  INSERT INTO calls (id, ${chainedColumns.call.join(', ')}, hash)
  VALUES (?, ${chainedColumns.call.map(() => '?').join(', ')}, ?)`;

/** The first outcome stands. */
const insertOutcome = `
  INSERT INTO outcomes (seq, ${chainedColumns.outcome.join(', ')}, hash)
  VALUES (?, ${chainedColumns.outcome.map(() => '?').join(', ')}, ?)
  ON CONFLICT (call_id) DO NOTHING`;

/**
 * Opens (or makes) the log. Calls that a dead process left without an outcome are `unknown` from then on.
 *
 * An insert into a table with no index but its key costs less than handing the record to another thread would, and
 * leaves nothing that could be dropped on the way: see the README's decisions.
 * @throws AuditError from here and from every method: disk full, read-only, locked, damaged, newer than the app.
 */
export function openCallLog(options: CallLogOptions): SqliteCallLog {
  const { path, synchronous, captureArguments, captureAnswers = false, redactor, logger } = options;
  const database = openForWriting(path, synchronous);
  const insert = database.prepare(insertCall);
  const finish = database.prepare(insertOutcome);
  const cut = opened(() => findCut(database));
  const chain = createChainWriter(database, cut?.signed);
  const writeEvent = createEventWriter(database, chain);
  const group = createGroupCommit(chain);
  const factsOf = createFactsWriter(options.surroundings);

  const left = opened(() => {
    const unknown = countOpenCalls(database);
    const at = Date.now();
    transact(chain, () => {
      if (cut !== null) {
        const { from, to } = cut;
        writeEvent(at, { kind: 'log.cut', by: 'app', subject: '', details: { from, to } });
      }
      writeEvent(at, { kind: 'log.opened', by: 'app', subject: '', details: { unknown } });
    });
    return unknown;
  });
  if (cut !== null) logger.error('audit.cut', { from: cut.from, to: cut.to });
  if (left > 0) logger.warn('audit.outcome_unknown', { calls: left });
  logger.info('audit.opened', { path, synchronous });

  /** Calls on their way: what the server says of them may repeat what was taken out of their records. */
  const underWay = new Map<number, { readonly redaction: CallRedaction; readonly isSilenced: boolean }>();

  // Agents are few and live as long as their sessions.
  const writtenCapabilities = new WeakMap<Agent, string>();
  function capabilitiesOf(agent: Agent): string {
    const known = writtenCapabilities.get(agent);
    if (known !== undefined) return known;
    const json = JSON.stringify(agent.capabilities);
    writtenCapabilities.set(agent, json);
    return json;
  }

  /** Within a transaction. Returns the record's id, which is its number in the chain. */
  function writeCall(values: readonly ColumnValue[]): number {
    chain.append('call', values, (seq, hash) => insert.run(seq, ...values, hash));
    return chain.head().seq;
  }

  /** What could not be opened is not kept open. */
  function opened<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      database.close();
      throw auditError(path, error);
    }
  }

  function committed<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw auditError(path, error);
    }
  }

  async function committedTogether<T>(write: () => T): Promise<T> {
    try {
      return await group.add(write);
    } catch (error) {
      throw auditError(path, error);
    }
  }

  return {
    cut,
    async record(
      call: Call,
      verdict: Verdict,
      refusal: { code: number; message: string } | null,
    ): Promise<number> {
      const { decision } = verdict;
      const { log, alert, redact } = decision.obligations ?? noObligations;
      const redaction = redactor.of(call, redact);
      // Looked through in any case: what is a secret there is one in the words about the call.
      const written = argumentText(call, redaction);
      const text = captureArguments ? written : null;
      const redacted = redaction.took;
      const named = withoutSecrets(call, redaction);
      const words = (texts: readonly string[]) =>
        texts.length === 0 ? null : JSON.stringify(texts.map((one) => redaction.words(one)));
      const values = [
        call.at,
        call.requestId,
        call.session.id,
        call.agent.id,
        call.agent.name,
        capabilitiesOf(call.agent),
        named.client.name,
        named.client.version,
        call.server,
        named.method,
        named.tool,
        named.resource,
        verdict.allow && refusal === null ? 1 : 0,
        verdict.reason,
        decision.matchedRule,
        words(decision.violations),
        verdict.mode,
        rounded(verdict.waitedMs),
        call.sourceIp,
        refusal?.code ?? null,
        refusal && redaction.words(refusal.message),
        text?.bytes ?? null,
        text?.text ?? null,
        factsOf(named, verdict, { redacted, masked: named !== call }),
        words([...log, ...(verdict.notes ?? [])]),
        alert && redaction.words(alert),
      ];
      const id = await committedTogether(() => writeCall(values));
      if (refusal === null) underWay.set(id, { redaction, isSilenced: redact.length > 0 });
      return id;
    },

    refused(message: RefusedMessage): number {
      const said = withoutSecretsIn(message, redactor);
      const values = [
        message.at,
        message.requestId,
        said.sessionId,
        '',
        '',
        '[]',
        '',
        '',
        message.server,
        said.method,
        said.tool ?? null,
        null,
        0,
        message.reason,
        null,
        null,
        // Such a message is blocked in either mode.
        'enforce',
        null,
        message.sourceIp,
        message.errorCode,
        said.errorMessage,
        null,
        null,
        null,
        null,
        null,
      ];
      return committed(() => transact(chain, () => writeCall(values)));
    },

    async complete(id: number, outcome: CallOutcome): Promise<void> {
      const { redaction, isSilenced = false } = underWay.get(id) ?? {};
      underWay.delete(id);
      const { errorMessage, answer } = outcome;
      const words = errorMessage && (isSilenced ? silence : (redaction ?? redactor).words(errorMessage));
      const isTold = captureAnswers && answer !== undefined && redaction !== undefined && !isSilenced;
      const values = [
        id,
        outcome.status,
        rounded(outcome.latencyMicros),
        rounded(outcome.responseBytes),
        outcome.errorCode,
        words,
        isTold ? answerText(answer, redaction) : null,
      ];
      await committedTogether(() =>
        chain.append('outcome', values, (seq, hash) => finish.run(seq, ...values, hash)),
      );
    },

    async note(event: AuditEvent): Promise<void> {
      const at = Date.now();
      const kept = withoutSecretWords(event, redactor);
      await committedTogether(() => writeEvent(at, kept));
    },

    get commits() {
      return chain.commits;
    },

    setPatience(ms: number): void {
      database.pragma(`busy_timeout = ${ms}`);
    },

    async copyTo(copy: string): Promise<void> {
      await database.backup(copy);
    },

    close(): void {
      group.flush();
      committed(() => database.close());
    },
  };
}

/** The call with what it says of itself, without secrets; the very same one where there are none. */
function withoutSecrets(call: Call, redaction: CallRedaction): Call {
  const words = (text: string) => redaction.words(text);
  const { method, tool, resource, resources, client } = call;
  const all = [method, tool ?? '', ...resources, client.name, client.version].join('\n');
  if (words(all) === all) return call;
  return {
    ...call,
    method: words(method),
    tool: tool && words(tool),
    resource: resource && words(resource),
    resources: resources.map(words),
    client: { name: words(client.name), version: words(client.version) },
  };
}

/** The same for what never became a call: one look at all of it, because there may be a flood. */
function withoutSecretsIn(message: RefusedMessage, redactor: Redactor): RefusedMessage {
  const words = (text: string) => redactor.words(text);
  const { sessionId, method, tool, errorMessage } = message;
  const all = [sessionId, method, tool ?? '', errorMessage].join('\n');
  if (words(all) === all) return message;
  return {
    ...message,
    sessionId: words(sessionId),
    method: words(method),
    ...(tool !== undefined && { tool: words(tool) }),
    errorMessage: words(errorMessage),
  };
}

/** The details of events in which others have their say. Hashes and keys of the log itself stay as they are. */
const words = new Set(['command', 'why', 'what', 'problem', 'name', 'client']);

function withoutSecretWords<E extends AuditEvent>(event: E, redactor: Redactor): E {
  const details = Object.entries(event.details).map(([name, value]: [string, unknown]) => [
    name,
    words.has(name) && typeof value === 'string' ? redactor.words(value) : value,
  ]);
  return { ...event, details: Object.fromEntries(details) as E['details'] };
}

/** STRICT tables refuse fractions in whole-number columns; clocks give them. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
