import Database from 'better-sqlite3';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallArchive } from '../../../../electron/gateway/audit/call-archive.ts';
import { openCallLog, type SqliteCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { openForWriting } from '../../../../electron/gateway/audit/open-database.ts';
import type { CallArchive } from '../../../../electron/gateway/ports.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, denied, malformed, recordingLogger, sampleCall } from './samples.ts';

const auditWorker = new URL('../../../../electron/gateway/audit/audit-worker.ts', import.meta.url);
const dyingWorker = new URL('dying-worker.ts', import.meta.url);
const refusal = { code: -32001, message: 'Policy violation' };

interface Opened {
  readonly path: string;
  readonly log: SqliteCallLog;
  readonly archive: CallArchive;
  readonly events: readonly string[];
}

function open({ worker = auditWorker, retentionDays = 0 } = {}): Opened {
  const path = join(temporaryFolder(), 'audit.db');
  const logger = recordingLogger();
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger,
  });
  onTestFinished(() => log.close());
  const archive = openCallArchive({
    path,
    keyFolder: dirname(path),
    worker,
    retentionDays,
    maxBytes: null,
    logger,
    onVerification: () => undefined,
    onDamage: () => undefined,
  });
  onTestFinished(() => archive.close());
  return { path, log, archive, events: logger.events };
}

async function idsOf(archive: CallArchive, query: Parameters<CallArchive['page']>[0]): Promise<number[]> {
  return (await archive.page(query)).calls.map(({ id }) => id);
}

/** Records have one numbering with events; before the first call stand the log's beginning and its opening. */
describe('page', () => {
  it('is empty while there is nothing', async () => {
    const { archive } = open();
    expect(await archive.page({})).toEqual({ calls: [], more: false });
  });

  it('lists what was just committed, newest first, as the window needs it', async () => {
    const { log, archive } = open();
    const first = await log.record(sampleCall(), allowed, null);
    await log.complete(first, answered);
    const second = await log.record(sampleCall({ tool: 'write_file' }), denied, refusal);
    const third = await log.record(sampleCall(), allowed, null);
    const page = await archive.page({});
    expect(page.more).toBe(false);
    expect(page.calls.map(({ id, verdict, status }) => ({ id, verdict, status }))).toEqual([
      { id: third, verdict: 'allow', status: 'pending' },
      { id: second, verdict: 'deny', status: 'refused' },
      { id: first, verdict: 'allow', status: 'ok' },
    ]);
    expect(page.calls[2]).toEqual({
      id: first,
      requestId: 'req_00112233445566ff',
      at: 1_750_000_000_000,
      sessionId: 'session-1',
      agentId: 'anonymous',
      client: 'Claude Desktop',
      server: 'default',
      method: 'tools/call',
      tool: 'read_file',
      resource: null,
      verdict: 'allow',
      reason: 'policy',
      rule: 'allow_reads',
      mode: 'enforce',
      status: 'ok',
      latencyMicros: 1234,
    });
  });

  it('goes back page by page, and forward to what is new', async () => {
    const { log, archive } = open();
    for (let n = 0; n < 10; n += 1) await log.record(sampleCall(), allowed, null);
    const newest = await archive.page({ limit: 4 });
    expect(newest).toMatchObject({ calls: [{ id: 12 }, { id: 11 }, { id: 10 }, { id: 9 }], more: true });
    expect(await idsOf(archive, { limit: 4, before: 9 })).toEqual([8, 7, 6, 5]);
    expect(await archive.page({ limit: 2, before: 5 })).toMatchObject({
      calls: [{ id: 4 }, { id: 3 }],
      more: false,
    });
    expect(await idsOf(archive, { after: 12 })).toEqual([]);
    await log.record(sampleCall(), allowed, null);
    expect(await idsOf(archive, { after: 12 })).toEqual([13]);
    expect(await idsOf(archive, { after: 5, before: 8 })).toEqual([7, 6]);
  });

  it('filters by verdict', async () => {
    const { log, archive } = open();
    await log.record(sampleCall(), allowed, null);
    await log.record(sampleCall(), denied, refusal);
    log.refused(malformed);
    expect(await idsOf(archive, { verdict: 'deny' })).toEqual([5, 4]);
    expect(await idsOf(archive, { verdict: 'allow' })).toEqual([3]);
  });

  it('finds records that have every word somewhere, whatever its case', async () => {
    const { log, archive } = open();
    await log.record(
      sampleCall({ client: 'Cursor', argumentsText: '{"path":"/home/me/Secret.txt"}' }),
      allowed,
      null,
    );
    await log.record(
      sampleCall({ client: 'Claude Code', argumentsText: '{"path":"/home/me/secret.txt"}' }),
      allowed,
      null,
    );
    await log.record(sampleCall({ server: 'github', tool: null, resource: 'repo://x' }), allowed, null);
    expect(await idsOf(archive, { text: 'secret' })).toEqual([4, 3]);
    expect(await idsOf(archive, { text: '  cursor   SECRET ' })).toEqual([3]);
    expect(await idsOf(archive, { text: 'REPO://' })).toEqual([5]);
    expect(await idsOf(archive, { text: 'github tools/call' })).toEqual([5]);
    expect(await idsOf(archive, { text: 'nothing' })).toEqual([]);
  });

  it('takes wildcards of SQL as the characters they are', async () => {
    const { log, archive } = open();
    await log.record(sampleCall({ argumentsText: '{"discount":"50%"}' }), allowed, null);
    await log.record(sampleCall({ argumentsText: String.raw`{"path":"C:\\a_b"}`, tool: 'x' }), allowed, null);
    expect(await idsOf(archive, { text: '50%' })).toEqual([3]);
    expect(await idsOf(archive, { text: '0%"' })).toEqual([3]);
    expect(await idsOf(archive, { text: '5%0' })).toEqual([]);
    expect(await idsOf(archive, { text: 'a_b' })).toEqual([4]);
    expect(await idsOf(archive, { text: String.raw`\\a` })).toEqual([4]);
  });

  it('looks through more records than one piece holds', async () => {
    const { path, log, archive } = open();
    const needle = await log.record(sampleCall({ tool: 'needle' }), denied, refusal);
    manyRecords(path, 45_000);
    const last = await log.record(sampleCall({ tool: 'needle' }), denied, refusal);
    expect(await archive.page({ text: 'needle', limit: 2 })).toMatchObject({
      calls: [{ id: last }, { id: needle }],
      more: false,
    });
    expect(await archive.page({ verdict: 'deny', limit: 1 })).toMatchObject({
      calls: [{ id: last }],
      more: true,
    });
    expect(await idsOf(archive, { limit: 1, before: 30_000 })).toEqual([29_999]);
  });
});

describe('read', () => {
  it('gives the whole record of a completed call', async () => {
    const { log, archive } = open();
    const id = await log.record(sampleCall({ argumentsText: '{"n":12345678901234567890}' }), allowed, null);
    await log.complete(id, {
      ...answered,
      status: 'upstream_error',
      errorCode: -32004,
      errorMessage: 'gone',
    });
    expect(await archive.read(id)).toMatchObject({
      id,
      status: 'upstream_error',
      arguments: '{"n":12345678901234567890}',
      violations: [],
      errorCode: -32004,
      errorMessage: 'gone',
      responseBytes: 512,
      waitedMs: null,
    });
  });

  it('gives the whole record of a denial', async () => {
    const { log, archive } = open();
    const id = await log.record(sampleCall(), { ...denied, reason: 'person', waitedMs: 2500 }, refusal);
    expect(await archive.read(id)).toMatchObject({
      status: 'refused',
      reason: 'person',
      violations: ['no writes to /etc', 'second "reason"'],
      errorCode: -32001,
      errorMessage: 'Policy violation',
      waitedMs: 2500,
    });
  });

  it('is null where there is no such record', async () => {
    const { archive } = open();
    expect(await archive.read(7)).toBeNull();
  });
});

describe('the worker', () => {
  it('is started again after it died; what waited fails and says why', async () => {
    const { log, archive, events } = open({ worker: dyingWorker });
    await log.record(sampleCall(), allowed, null);
    expect(await idsOf(archive, {})).toEqual([3]);
    await expect(archive.page({ text: 'die' })).rejects.toThrow(
      /reader of the audit log stopped: told to die/,
    );
    await expect(archive.page({})).rejects.toThrow(/being started again/);
    expect(events).toContain('audit.worker_died');
    await vi.waitFor(async () => expect(await idsOf(archive, {})).toEqual([3]), { timeout: 3000 });
  });

  it('says what is wrong with the file', async () => {
    const { path, archive } = open();
    const other = new Database(path);
    other.exec('DROP VIEW audit_log; DROP TABLE outcomes');
    other.close();
    await expect(archive.page({})).rejects.toThrow(/Audit log .*no such table: outcomes/);
  });

  it('refuses queries once it is closed, and fails those that wait', async () => {
    const { path, archive } = open();
    manyRecords(path, 100_000);
    const waiting = archive.page({ text: 'nowhere to be found' });
    const failed = expect(waiting).rejects.toThrow('The audit log was closed');
    await archive.close();
    await failed;
    await expect(archive.read(1)).rejects.toThrow('The audit log was closed');
  });

  it('deletes what is older than the retention, and gives no id again', async () => {
    const { path, log, archive, events: before } = open({ retentionDays: 0 });
    const day = 24 * 3_600_000;
    const old = Date.now() - 40 * day;
    for (let n = 0; n < 1200; n += 1)
      await log.complete(await log.record(sampleCall({ at: old }), allowed, null), answered);
    const young = await log.record(sampleCall({ at: Date.now() - 2 * day }), allowed, null);
    await archive.close();

    const logger = recordingLogger();
    const retained = openCallArchive({
      path,
      keyFolder: dirname(path),
      worker: auditWorker,
      retentionDays: 30,
      maxBytes: null,
      logger,
      onVerification: () => undefined,
      onDamage: () => undefined,
    });
    onTestFinished(() => retained.close());
    await vi.waitFor(() => expect(logger.events).toContain('audit.retention'), { timeout: 4000 });
    expect(await idsOf(retained, {})).toEqual([young]);
    // The trim, which is told in the log itself.
    expect(await log.record(sampleCall(), allowed, null)).toBe(young + 2);
    expect(before).not.toContain('audit.retention');
  });
});

/** Copies of the first record, without the cost of a commit for each. */
function manyRecords(path: string, count: number): void {
  const database = openForWriting(path, 'normal');
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO calls (at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version, server,
         method, tool, allowed, reason, policy_mode, source_ip, arguments)
       SELECT 1750000000000 + i, 'req_0', 's', 'a', 'A', '[]', 'c', '1', 'default',
         'tools/call', 'echo', 1, 'policy', 'enforce', '127.0.0.1', '{}' FROM n`,
    )
    .run(count);
  database.close();
}
