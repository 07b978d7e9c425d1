import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditError } from '../../../../electron/gateway/audit/audit-error.ts';
import {
  openCallLog,
  type CallLogOptions,
  type SqliteCallLog,
} from '../../../../electron/gateway/audit/call-log.ts';
import { readRecord } from '../../../../electron/gateway/audit/call-queries.ts';
import { readRecordedCall } from '../../../../electron/gateway/audit/recorded-calls.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { openForUpkeep } from '../../../../electron/gateway/audit/open-database.ts';
import { canMount, folderOnDisk, remount, smallDisk, temporaryFolder } from './places.ts';
import { allowed, answered, denied, malformed, recordingLogger, sampleCall } from './samples.ts';
import { verified } from './verified.ts';

/** Three programs of many files, one after the other, on a machine that is busy with other tests: milliseconds. */
const startsOfProcesses = 60_000;

const refusal = { code: -32001, message: 'Policy violation' };

function openLog(path: string, options: Partial<CallLogOptions> = {}): SqliteCallLog {
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
    ...options,
  });
  onTestFinished(() => log.close());
  return log;
}

function rows(path: string): Record<string, unknown>[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare<[], Record<string, unknown>>('SELECT * FROM audit_log ORDER BY id').all();
  } finally {
    database.close();
  }
}

describe('openCallLog', () => {
  it("has the record committed when record resolves, in the seed's columns", async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = openLog(path);
    const id = await log.record(sampleCall(), allowed, null);
    expect(rows(path)).toMatchObject([
      {
        id,
        timestamp: '2025-06-15T15:06:40.000Z',
        request_id: 'req_00112233445566ff',
        session_id: 'session-1',
        agent_id: 'anonymous',
        agent_name: 'Anonymous',
        capabilities: '["read:*"]',
        resource_uri: null,
        method: 'tools/call',
        tool: 'read_file',
        arguments: '{"path":"/etc/hosts"}',
        decision: 'allow',
        allowed: 1,
        matched_rule: 'allow_reads',
        violations: '[]',
        policy_mode: 'enforce',
        status: 'pending',
        latency_ms: null,
        error: null,
        client: 'Claude Desktop',
        server: 'default',
        source_ip: '127.0.0.1',
      },
    ]);
  });

  it('holds what the policy wanted noted, and none of what it wanted kept out, in any file', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.db');
    const log = openLog(path);
    const secret = 'correct-horse-battery';
    const call = sampleCall({ argumentsText: `{"user":"me","auth":{"token":"${secret}"}}` });
    const obligations = { log: ['money'], alert: 'look', redact: [['auth', 'token']] };
    const decision = { ...allowed.decision, obligations };
    const id = await log.record(call, { ...allowed, decision }, null);
    await log.complete(id, { ...answered, status: 'error', errorMessage: `bad token ${secret}` });
    await log.record(call, { ...denied, decision: { ...denied.decision, obligations } }, refusal);
    const [first, second] = rows(path);
    expect(first).toMatchObject({
      arguments: expect.stringMatching(
        /^\{"user":"me","auth":\{"token":"\[redacted:policy:hmac=[\da-f]{12}\]"\}\}$/u,
      ) as unknown,
      error: '[redacted]',
    });
    expect(second).toMatchObject({ decision: 'deny', error: 'Policy violation' });
    const files = readdirSync(folder);
    expect(files).toContain('audit.db-wal');
    for (const file of files) expect(readFileSync(join(folder, file)).includes(secret), file).toBe(false);
    const database = new Database(path, { readonly: true });
    expect(readRecord(database, id)).toMatchObject({ notes: ['money'], alert: 'look' });
    database.close();
  });

  it('holds no secret of the arguments, nor where policy, server or client repeat it, in any file', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.db');
    const log = openLog(path);
    const secret = 'correct-horse-battery';
    const token = `ghp_${'aB3d'.repeat(9)}`;
    const call = sampleCall({
      argumentsText: `{"login":{"password":"${secret}"},"n":1.50}`,
      resource: `https://me:${secret}@example.org/${token}`,
    });
    const decision = { ...denied.decision, violations: [`no ${secret}`, 'fine'] };
    await log.record(call, { ...denied, decision }, { code: -32001, message: `not with ${secret}` });
    const id = await log.record(call, allowed, null);
    await log.complete(id, { ...answered, status: 'error', errorMessage: `wrong: ${secret}, ${token}` });
    log.refused({ ...malformed, method: token, errorMessage: `what is ${token}` });
    expect(rows(path)).toMatchObject([
      {
        arguments: expect.stringMatching(
          /^\{"login":\{"password":"\[redacted:password:hmac=[\da-f]{12}\]"\},"n":1\.50\}$/u,
        ) as unknown,
        resource_uri: expect.stringMatching(
          /^https:\/\/me:\[redacted:\S+\]@example\.org\/\[redacted:github-token:\S+\]$/u,
        ) as unknown,
        error: expect.stringMatching(/^not with \[redacted:\S+\]$/u) as unknown,
      },
      { error: expect.stringMatching(/^wrong: \[redacted:\S+\], \[redacted:\S+\]$/u) as unknown },
      { error: expect.stringMatching(/^what is \[redacted:\S+\]$/u) as unknown },
    ]);
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file));
      expect(
        [secret, token].filter((one) => bytes.includes(one)),
        file,
      ).toEqual([]);
    }
    // What such a call was can't be known any more: a policy that is tried on it would see something else.
    const database = new Database(path, { readonly: true });
    expect(readRecordedCall(database, id)).toEqual({ known: false, why: 'arguments_not_kept' });
    database.close();
  });

  it('completes a record with its outcome', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = openLog(path);
    const id = await log.record(sampleCall(), allowed, null);
    await log.complete(id, { ...answered, status: 'error', errorCode: -32000, errorMessage: 'no such file' });
    expect(rows(path)).toMatchObject([
      { status: 'error', latency_ms: 1.234, response_bytes: 512, error_code: -32000, error: 'no such file' },
    ]);
  });

  it('keeps the first outcome', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = openLog(path);
    const id = await log.record(sampleCall(), allowed, null);
    await log.complete(id, { ...answered, status: 'cancelled' });
    await log.complete(id, answered);
    expect(rows(path)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('has a denial whole at once', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    await openLog(path).record(sampleCall(), { ...denied, waitedMs: 1500.5 }, refusal);
    expect(rows(path)).toMatchObject([
      {
        status: 'refused',
        decision: 'deny',
        violations: '["no writes to /etc","second \\"reason\\""]',
        error_code: -32001,
        error: 'Policy violation',
        waited_ms: 1501,
      },
    ]);
  });

  it('counts a call that was allowed and then refused as refused', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    await openLog(path).record(sampleCall(), allowed, refusal);
    expect(rows(path)).toMatchObject([{ status: 'refused', allowed: 0 }]);
  });

  it('marks what the policy denied and mode audit let pass', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const verdict = { ...denied, allow: true, reason: 'audit_mode', mode: 'audit' } as const;
    await openLog(path).record(sampleCall(), verdict, null);
    expect(rows(path)).toMatchObject([
      {
        decision: 'allow',
        reason: 'audit_mode',
        policy_mode: 'audit',
        matched_rule: 'deny_etc',
        status: 'pending',
      },
    ]);
  });

  it('records a message that never became a call', () => {
    const path = join(temporaryFolder(), 'audit.db');
    openLog(path).refused(malformed);
    expect(rows(path)).toMatchObject([
      { status: 'refused', reason: 'malformed', decision: 'deny', error_code: -32700, arguments: null },
    ]);
  });

  it('stores no arguments where it is told not to', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    await openLog(path, { captureArguments: false }).record(sampleCall(), allowed, null);
    expect(rows(path)).toMatchObject([{ arguments: null, arguments_bytes: null }]);
  });

  it('stores a summary of the answer where it is told to, which the chain holds too', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const text = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"done"}]}}';
    const result: unknown = (JSON.parse(text) as { result: unknown }).result;
    const answer = { kind: 'response', id: 1, error: null, result, bytes: Buffer.from(text) } as const;
    const told = openLog(path, { captureAnswers: true });
    const id = await told.record(sampleCall(), allowed, null);
    await told.complete(id, { ...answered, answer });
    const kept = { ...allowed.decision, obligations: { log: [], alert: null, redact: [['path']] } };
    const silenced = await told.record(sampleCall(), { ...allowed, decision: kept }, null);
    await told.complete(silenced, { ...answered, answer });
    const plain = openLog(path);
    const other = await plain.record(sampleCall(), allowed, null);
    await plain.complete(other, { ...answered, answer });

    const database = openForUpkeep(path);
    expect(readRecord(database, id)?.summary).toEqual({
      isError: false,
      parts: [{ type: 'text', bytes: 4 }],
      cut: false,
      text: 'done',
    });
    // A policy that wants something kept out wants it kept out of this, too.
    expect(readRecord(database, silenced)?.summary).toBeNull();
    expect(readRecord(database, other)?.summary).toBeNull();
    expect(verified(database).broken).toBeNull();
    database.prepare("UPDATE outcomes SET summary = replace(summary, 'done', 'gone')").run();
    expect(verified(database).broken).toMatchObject({ kind: 'changed' });
    database.close();
  });

  it('commits with an fsync where power loss must not cost a record', async () => {
    const path = join(folderOnDisk(), 'audit.db');
    const log = openLog(path, { synchronous: 'full' });
    await log.record(sampleCall(), allowed, null);
    expect(rows(path)).toHaveLength(1);
  });

  it('marks the open calls of a dead process as unknown, once, and no others', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const first = openLog(path);
    const done = await first.record(sampleCall(), allowed, null);
    await first.complete(done, answered);
    await first.record(sampleCall(), denied, refusal);
    const open = await first.record(sampleCall(), allowed, null);
    first.close();

    const logger = recordingLogger();
    const second = openLog(path, { logger });
    expect(rows(path).map((row) => row.status)).toEqual(['ok', 'refused', 'unknown']);
    expect(logger.events).toContain('audit.outcome_unknown');
    const next = await second.record(sampleCall(), allowed, null);
    // Between them lies the opening itself.
    expect(next).toBe(open + 2);
    second.close();

    openLog(path);
    expect(rows(path).map((row) => row.status)).toEqual(['ok', 'refused', 'unknown', 'unknown']);
  });

  it('replaces unknown by the outcome where the process was not dead after all', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const first = openLog(path);
    const id = await first.record(sampleCall(), allowed, null);
    openLog(path);
    expect(rows(path)).toMatchObject([{ status: 'unknown' }]);
    await first.complete(id, answered);
    expect(rows(path)).toMatchObject([{ status: 'ok', response_bytes: 512 }]);
  });

  it('rejects while another connection holds the lock, and goes on afterwards', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = openLog(path);
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(log.record(sampleCall(), allowed, null)).rejects.toThrow(/holds the database locked/);
    other.exec('ROLLBACK');
    other.close();
    await log.record(sampleCall(), allowed, null);
    expect(rows(path)).toHaveLength(1);
  });

  it('rejects after it was closed', async () => {
    const log = openLog(join(temporaryFolder(), 'audit.db'));
    log.close();
    await expect(log.record(sampleCall(), allowed, null)).rejects.toThrow(AuditError);
  });

  it('throws where the folder can not be made', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openLog(join(folder, 'file', 'audit.db'))).toThrow(/Audit log .*file/);
  });

  it(
    'has every record that it acknowledged before a kill -9',
    async () => {
      const path = join(folderOnDisk(), 'audit.db');
      const writer = fileURLToPath(new URL('endless-writer.ts', import.meta.url));
      const acknowledged: string[] = [];
      for (const enough of [20, 45, 70]) {
        const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
        onTestFinished(() => void child.kill('SIGKILL'));
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          // After so many records, and not after a time, of which a busy machine may have none left for the writer. It goes on
          // until it is hit, wherever it is then.
          if (output.split('\n').length > enough) child.kill('SIGKILL');
        });
        await once(child, 'close');
        // The last line may have been cut by the kill.
        acknowledged.push(...output.split('\n').slice(0, -1));
      }
      expect(acknowledged.length).toBeGreaterThan(100);

      openLog(path);
      const stored = new Map(rows(path).map((row) => [row.id, row]));
      const missing = acknowledged.filter((line) => {
        const [id, n] = line.split(' ');
        return stored.get(Number(id))?.arguments !== `{"n":${n ?? ''}}`;
      });
      expect(missing).toEqual([]);
      expect([...stored.values()].some((row) => row.status === 'pending')).toBe(false);

      const database = openForUpkeep(path);
      expect(verified(database)).toMatchObject({ from: 1, broken: null });
      database.close();
    },
    startsOfProcesses,
  );
});

describe.skipIf(!canMount)('openCallLog on a disk that fails', () => {
  it('rejects when the disk is full, keeps all that it acknowledged, and goes on when there is space', async () => {
    const disk = smallDisk(1);
    const path = join(disk, 'audit.db');
    const log = openLog(path);
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(300 * 1024));
    const call = sampleCall({ argumentsText: JSON.stringify({ text: 'x'.repeat(10_000) }) });
    const acknowledged: number[] = [];
    const fill = async () => {
      for (;;) acknowledged.push(await log.record(call, allowed, null));
    };
    await expect(fill()).rejects.toThrow(/the disk is full/);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(rows(path).map((row) => row.id)).toEqual(acknowledged);

    rmSync(filler);
    acknowledged.push(await log.record(call, allowed, null));
    expect(rows(path).map((row) => row.id)).toEqual(acknowledged);
  });

  it('rejects when the outcome can not be written', async () => {
    const disk = smallDisk(1);
    const log = openLog(join(disk, 'audit.db'));
    const id = await log.record(sampleCall(), allowed, null);
    const long = { ...answered, status: 'error', errorMessage: 'x'.repeat(2 * 1024 * 1024) } as const;
    await expect(log.complete(id, long)).rejects.toThrow(/the disk is full/);
  });

  it('throws when the file is read-only, and loses nothing of it', async () => {
    const disk = smallDisk(2);
    const path = join(disk, 'audit.db');
    const log = openLog(path);
    await log.record(sampleCall(), denied, refusal);
    log.close();
    remount(disk, 'ro');
    expect(() => openLog(path)).toThrow(/check .* writable/);
    remount(disk, 'rw');
    await openLog(path).record(sampleCall(), denied, refusal);
    expect(rows(path)).toHaveLength(2);
  });
});
