import type { Database } from 'better-sqlite3';
import BetterSqlite from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCallLog, type CallLogOptions } from '../../../../electron/gateway/audit/call-log.ts';
import { auditMigrations, migrate } from '../../../../electron/gateway/audit/migrations.ts';
import { openForReading, openForWriting } from '../../../../electron/gateway/audit/open-database.ts';
import {
  countRecordedCalls,
  readRecentCalls,
  readRecordedCall,
  recordedCalls,
} from '../../../../electron/gateway/audit/recorded-calls.ts';
import type { Call, Verdict } from '../../../../electron/gateway/call.ts';
import { buildInput } from '../../../../electron/gateway/policy/input.ts';
import { PastCalls } from '../../../../electron/gateway/session/past-calls.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, denied, malformed, recordingLogger, sampleCall } from './samples.ts';

const all = { history: true, arguments: true };
const surroundings = { environment: 'production', proxyRegion: 'here' };

function openLog(options: Partial<CallLogOptions> = {}) {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings,
    redactor: sampleRedactor(),
    logger: recordingLogger(),
    ...options,
  });
  onTestFinished(() => log.close());
  return { log, reading: reading(path) };
}

function reading(path: string): Database {
  const database = openForReading(path);
  onTestFinished(() => void database.close());
  return database;
}

/** Everything that a call can have. */
function fullCall(change: Partial<Call> = {}): Call {
  const past = new PastCalls();
  return {
    ...sampleCall({
      argumentsText: '{"path":"/etc/hosts","big":12345678901234567890,"text":"ü\\u0000\\"x"}',
    }),
    agent: {
      id: 'cursor',
      name: 'Cursor "2"',
      capabilities: ['read:*'],
      model: 'm-1',
      publisher: 'p',
      tags: ['a', 'b'],
    },
    clientId: 'cursor',
    process: { pid: 77, started: '123', executable: '/opt/cursor "x"', name: 'cursor' },
    session: {
      id: 'session-9',
      requestCount: 12,
      startedAt: 1_749_999_999_999,
      cumulativeReads: 3,
      cumulativeWrites: 1,
      history: past.history,
    },
    ...change,
  };
}

function inputOf(database: Database, id: number): unknown {
  const recorded = readRecordedCall(database, id);
  if (!recorded.known) throw new Error(recorded.why);
  return buildInput(recorded.call, recorded.surroundings);
}

describe('readRecordedCall', () => {
  it.each([
    ['of everything', fullCall()],
    ['of next to nothing', sampleCall({ tool: null, argumentsText: '{}' })],
    [
      'with a process of which only the number is known',
      { process: { pid: 1, started: '', executable: '', name: '' } },
    ],
    ['of a resource', { resource: 'file:///a', resources: ['file:///a'] }],
    ['of several resources', { resource: null, resources: ['file:///a', 'file:///b'] }],
  ])('gives the input of a call %s as it was', async (_, change) => {
    const { log, reading: database } = openLog();
    const call = fullCall(change);
    const id = await log.record(call, allowed, null);
    expect(inputOf(database, id)).toEqual(buildInput(call, surroundings));
    const recorded = readRecordedCall(database, id);
    expect(recorded).toMatchObject({ id, answer: 'allow', rule: 'allow_reads' });
    expect(recorded.known && recorded.call.resources).toEqual(call.resources);
  });

  it('tells what the policy said, whatever became of it', async () => {
    const { log, reading: database } = openLog();
    const asks = { ...allowed.decision, ask: true };
    const said = async (verdict: Partial<Verdict>) => {
      const recorded = readRecordedCall(
        database,
        await log.record(sampleCall(), { ...allowed, ...verdict }, null),
      );
      return recorded.known ? recorded.answer : recorded.why;
    };
    expect(await said({})).toBe('allow');
    expect(await said({ ...denied })).toBe('deny');
    expect(await said({ ...denied, allow: true, reason: 'audit_mode' })).toBe('deny');
    expect(await said({ decision: asks, reason: 'person', waitedMs: 5 })).toBe('ask');
    expect(await said({ decision: asks, reason: 'audit_mode' })).toBe('ask');
    expect(await said({ decision: asks, allow: false, reason: 'paused', waitedMs: 5 })).toBe('ask');
    expect(await said({ allow: false, reason: 'rate_limit' })).toBe('allow');
    expect(await said({ allow: false, reason: 'paused' })).toBe('not_asked');
    expect(await said({ reason: 'pass' })).toBe('not_asked');
    expect(await said({ reason: 'policy_off' })).toBe('not_asked');
  });

  it('says why an input is not known', async () => {
    const { log, reading: database } = openLog();
    expect(readRecordedCall(database, 1)).toEqual({ known: false, why: 'no_record' });
    expect(readRecordedCall(database, log.refused(malformed))).toEqual({ known: false, why: 'not_asked' });
    const long = sampleCall({ argumentsText: JSON.stringify({ text: 'x'.repeat(300_000) }) });
    const cut = await log.record(long, allowed, null);
    expect(readRecordedCall(database, cut)).toEqual({ known: false, why: 'arguments_cut' });
    const obligations = { log: [], alert: null, redact: [['path']] };
    const decision = { ...allowed.decision, obligations };
    const redacted = await log.record(sampleCall(), { ...allowed, decision }, null);
    expect(readRecordedCall(database, redacted)).toEqual({ known: false, why: 'arguments_not_kept' });
    const sparing = openLog({ captureArguments: false });
    const bare = await sparing.log.record(sampleCall(), allowed, null);
    expect(readRecordedCall(sparing.reading, bare)).toEqual({ known: false, why: 'arguments_not_kept' });
  });

  it('knows what a session did before, and what it tried and did not do', async () => {
    const { log, reading: database } = openLog();
    const past = new PastCalls();
    const records: { id: number; call: Call }[] = [];
    const make = async (change: Partial<Call>, fate: 'sent' | 'refused' | 'given up') => {
      const call = fullCall(change);
      const judged = { ...call, session: { ...call.session, history: past.history } };
      const id = await log.record(judged, fate === 'refused' ? denied : allowed, null);
      records.push({ id, call: judged });
      if (fate === 'sent') past.add(judged);
      if (fate === 'given up')
        await log.complete(id, { ...answered, status: 'cancelled', latencyMicros: null });
    };
    await make({ tool: 'a' }, 'sent');
    await make({ tool: 'b' }, 'refused');
    await make({ tool: 'a' }, 'sent');
    await make({ tool: 'c' }, 'given up');
    await make({ tool: 'd', server: 'other' }, 'sent');
    await make({ tool: null, resource: null, resources: ['x:1', 'x:2'] }, 'sent');
    await make({ tool: 'e' }, 'sent');
    await make({ treatment: 'pass', tool: 'p' }, 'sent');
    await make({ tool: 'f', session: { ...fullCall().session, id: 'another' } }, 'refused');
    for (const { id, call } of records.slice(0, -1)) {
      expect(inputOf(database, id)).toEqual(buildInput(call, surroundings));
    }
    expect(records.at(-3)?.call.session.history.calls).toHaveLength(4);
  });

  it('says so where the history of a session is not there any more', async () => {
    const { log, reading: database } = openLog();
    const history = {
      calls: [{ server: 's', method: 'm', tool: 't', resource: '', count: 2 }],
      truncated: false,
    };
    const lost = fullCall({ session: { ...fullCall().session, history } });
    const whole = fullCall({ session: { ...lost.session, history: { ...history, truncated: true } } });
    for (const call of [lost, whole]) {
      const id = await log.record(call, allowed, null);
      expect(readRecordedCall(database, id)).toEqual({ known: false, why: 'damaged' });
    }
  });
});

describe('recordedCalls', () => {
  it('gives the newest first, only those that a policy was asked about, and no more than wanted', async () => {
    const { log, reading: database } = openLog();
    for (let n = 0; n < 250; n += 1) {
      await log.record(sampleCall({ tool: `t${n}` }), allowed, null);
      if (n % 10 === 0) await log.record(sampleCall(), { ...allowed, reason: 'pass' }, null);
    }
    expect(countRecordedCalls(database, 1000)).toBe(250);
    expect(countRecordedCalls(database, 120)).toBe(120);
    const tools = [...recordedCalls(database, 120, all)].map((each) => each.known && each.call.tool);
    expect(tools).toEqual(Array.from({ length: 120 }, (_, n) => `t${249 - n}`));
    expect([...recordedCalls(database, 1000, all)]).toHaveLength(250);
  });
});

describe('recordedCalls without arguments', () => {
  it('leaves them empty where they are not known, for a policy that does not look', async () => {
    const { log, reading: database } = openLog({ captureArguments: false });
    await log.record(sampleCall(), allowed, null);
    const [first] = recordedCalls(database, 1, { history: true, arguments: false });
    expect(first).toMatchObject({ known: true, call: { tool: 'read_file', arguments: {} } });
  });
});

describe('a log of the version before', () => {
  it('is kept, and its records are told apart', () => {
    const path = join(temporaryFolder(), 'audit.db');
    const old = new BetterSqlite(path);
    migrate(old, auditMigrations.slice(0, 1));
    old.exec(`INSERT INTO calls (at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version,
      server, method, tool, allowed, reason, policy_mode, source_ip, arguments_bytes, arguments)
      VALUES (1, 'req_1', 's', 'a', 'A', '[]', 'c', '1', 'default', 'tools/call', 't', 1, 'policy', 'enforce', '::1', 2, '{}')`);
    old.close();
    openForWriting(path, 'normal').close();
    const database = reading(path);
    expect(database.pragma('user_version', { simple: true })).toBe(auditMigrations.length);
    expect(database.prepare('SELECT tool FROM audit_log').pluck().all()).toEqual(['t']);
    expect(readRecordedCall(database, 1)).toEqual({ known: false, why: 'old_record' });
    expect([...recordedCalls(database, 10, all)]).toEqual([{ known: false, why: 'old_record' }]);
  });
});

describe('readRecentCalls', () => {
  it('gives those that are known whole, newest first', async () => {
    const { log, reading } = openLog();
    for (const tool of ['one', 'two', 'three']) await log.record(sampleCall({ tool }), allowed, null);
    log.refused(malformed);
    expect(readRecentCalls(reading, 2).map(({ tool }) => tool)).toEqual(['three', 'two']);
    expect(readRecentCalls(reading, 50)).toHaveLength(3);
  });

  it('stops where they get large', async () => {
    const { log, reading } = openLog();
    const argumentsText = JSON.stringify({ text: 'x'.repeat(100_000) });
    for (let n = 0; n < 4; n += 1) await log.record(sampleCall({ argumentsText }), allowed, null);
    expect(readRecentCalls(reading, 50)).toHaveLength(2);
  });
});
