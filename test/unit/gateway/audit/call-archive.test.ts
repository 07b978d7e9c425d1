import Database from 'better-sqlite3';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallArchive } from '../../../../electron/gateway/audit/call-archive.ts';
import { openCallLog, type SqliteCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { openForWriting } from '../../../../electron/gateway/audit/open-database.ts';
import type { CallArchive } from '../../../../electron/gateway/ports.ts';
import { callSearch } from '../../../../electron/shared/audit-search.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, denied, recordingLogger, sampleCall } from './samples.ts';

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
    shipping: null,
    logger,
    onShipping: () => undefined,
    onVerification: () => undefined,
    onDamage: () => undefined,
  });
  onTestFinished(() => archive.close());
  return { path, log, archive, events: logger.events };
}

const search = async (archive: CallArchive, text = '') =>
  archive.questions['calls.search'](callSearch.parse({ filter: { text } }));
const idsOf = async (archive: CallArchive) => (await search(archive)).calls.map(({ id }) => id);

describe('story', () => {
  it('gives the whole record of a completed call', async () => {
    const { log, archive } = open();
    const id = await log.record(sampleCall({ argumentsText: '{"n":12345678901234567890}' }), allowed, null);
    await log.complete(id, {
      ...answered,
      status: 'upstream_error',
      errorCode: -32004,
      errorMessage: 'gone',
    });
    expect((await archive.story(id))?.call).toMatchObject({
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
    expect((await archive.story(id))?.call).toMatchObject({
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
    expect(await archive.story(7)).toBeNull();
  });
});

describe('the worker', () => {
  it('is started again after it died; what waited fails and says why', async () => {
    const { log, archive, events } = open({ worker: dyingWorker });
    await log.record(sampleCall(), allowed, null);
    expect(await idsOf(archive)).toEqual([3]);
    await expect(search(archive, 'die')).rejects.toThrow(/reader of the audit log stopped: told to die/);
    await expect(search(archive)).rejects.toThrow(/being started again/);
    expect(events).toContain('audit.worker_died');
    await vi.waitFor(async () => expect(await idsOf(archive)).toEqual([3]), { timeout: 3000 });
  });

  it('says what is wrong with the file', async () => {
    const { path, archive } = open();
    const other = new Database(path);
    other.exec('DROP VIEW audit_log; DROP TABLE outcomes');
    other.close();
    await expect(search(archive)).rejects.toThrow(/Audit log .*no such table: outcomes/);
  });

  it('refuses queries once it is closed, and fails those that wait', async () => {
    const { path, archive } = open();
    manyRecords(path, 100_000);
    const waiting = search(archive, 'nowhere to be found');
    const failed = expect(waiting).rejects.toThrow('The audit log was closed');
    await archive.close();
    await failed;
    await expect(archive.story(1)).rejects.toThrow('The audit log was closed');
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
      shipping: null,
      logger,
      onShipping: () => undefined,
      onVerification: () => undefined,
      onDamage: () => undefined,
    });
    onTestFinished(() => retained.close());
    await vi.waitFor(() => expect(logger.events).toContain('audit.retention'), { timeout: 4000 });
    expect(await idsOf(retained)).toEqual([young]);
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
