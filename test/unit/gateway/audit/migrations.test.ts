import Database from 'better-sqlite3';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AuditError } from '../../../../electron/gateway/audit/audit-error.ts';
import { createChainWriter, transact } from '../../../../electron/gateway/audit/chain-writer.ts';
import { createEventWriter, newestEvent } from '../../../../electron/gateway/audit/event-rows.ts';
import { auditMigrations, migrate } from '../../../../electron/gateway/audit/migrations.ts';
import { openForUpkeep, openForWriting } from '../../../../electron/gateway/audit/open-database.ts';
import { temporaryFolder } from './places.ts';
import { verified } from './verified.ts';

function newFile(): string {
  return join(temporaryFolder(), 'deep', 'folder', 'audit.db');
}

describe('migrate', () => {
  it('brings an empty file to the newest version, for its owner alone', () => {
    const path = newFile();
    const database = openForWriting(path, 'normal');
    expect(database.pragma('user_version', { simple: true })).toBe(auditMigrations.length);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
    database.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('gives the -wal file the mode of the database', () => {
    const path = newFile();
    const database = openForWriting(path, 'normal');
    database.exec("INSERT INTO events (at, kind, actor, subject, details) VALUES (1, '', '', '', '')");
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    database.close();
  });

  it('opens an up-to-date file without touching its schema', () => {
    const path = newFile();
    openForWriting(path, 'normal').close();
    const before = readFileSync(path);
    openForWriting(path, 'full').close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('runs only the steps that are missing, and keeps what is there', () => {
    const database = new Database(':memory:');
    migrate(database, ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)']);
    migrate(database, ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)', 'INSERT INTO a VALUES (3)']);
    expect(database.prepare('SELECT x FROM a').pluck().all()).toEqual([1, 3]);
    expect(database.pragma('user_version', { simple: true })).toBe(3);
  });

  it('leaves the version before a step that fails, with nothing of the step', () => {
    const database = new Database(':memory:');
    const steps = ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (2); INSERT INTO missing VALUES (2)'];
    expect(() => migrate(database, steps)).toThrow(/missing/);
    expect(database.pragma('user_version', { simple: true })).toBe(1);
    expect(database.prepare('SELECT count(*) FROM a').pluck().get()).toBe(0);
  });

  it('refuses a database newer than the app, and leaves every byte as it was', () => {
    const path = newFile();
    const newer = openForWriting(path, 'normal');
    newer.pragma('user_version = 99');
    newer.close();
    const before = readFileSync(path);
    expect(() => openForWriting(path, 'normal')).toThrow(AuditError);
    expect(() => openForWriting(path, 'normal')).toThrow(/newer version of MCP Proxy Desktop.*format 99/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses the database of another program, and leaves every byte as it was', () => {
    const path = join(temporaryFolder(), 'cookies.db');
    new Database(path).exec('CREATE TABLE cookies (x)').close();
    const before = readFileSync(path);
    expect(() => openForWriting(path, 'normal')).toThrow(/database of another program.*audit\.db_path/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a file that is no database, and leaves every byte as it was', () => {
    const path = join(temporaryFolder(), 'notes.txt');
    writeFileSync(path, 'shopping list: '.repeat(100));
    expect(() => openForWriting(path, 'normal')).toThrow(/not a SQLite database.*audit\.db_path/);
    expect(readFileSync(path, 'utf8')).toBe('shopping list: '.repeat(100));
  });

  it('refuses to read from a file that has no schema yet, or is not there, and makes none', () => {
    const path = join(temporaryFolder(), 'audit.db');
    expect(() => openForUpkeep(path)).toThrow(/can not be opened/);
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, '');
    expect(() => openForUpkeep(path)).toThrow(/has version 0, expected 5/);
  });
});

describe('a log of an earlier version', () => {
  const oldCall = `INSERT INTO calls (at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version,
    server, method, tool, allowed, reason, policy_mode, source_ip, arguments)
    VALUES (1750000000000, 'req_1', 's', 'a', 'A', '[]', 'c', '1', 'default', 'tools/call', 'echo', 1, 'policy', 'enforce',
      '127.0.0.1', '{"n":1}')`;

  /** Three calls: answered, settled as unknown at an opening, and open. */
  function logOfVersion(version: number): string {
    const path = join(temporaryFolder(), 'audit.db');
    const database = new Database(path);
    migrate(database, auditMigrations.slice(0, version));
    database.exec(`${oldCall}; ${oldCall}; ${oldCall};
      INSERT INTO outcomes (call_id, status, latency_us) VALUES (1, 'ok', 1200);
      INSERT INTO outcomes (call_id, status) VALUES (2, 'unknown');
      INSERT INTO openings (at, settled_through) VALUES (1750000000001, 2)`);
    database.close();
    return path;
  }

  it.each([1, 2, 3])('%i keeps all its records, and its chain begins after them', (version) => {
    const database = openForWriting(logOfVersion(version), 'normal');
    const rows = database.prepare(
      'SELECT id, status, tool, arguments, latency_ms FROM audit_log ORDER BY id',
    );
    expect(rows.all()).toEqual([
      { id: 1, status: 'ok', tool: 'echo', arguments: '{"n":1}', latency_ms: 1.2 },
      { id: 2, status: 'unknown', tool: 'echo', arguments: '{"n":1}', latency_ms: null },
      { id: 3, status: 'pending', tool: 'echo', arguments: '{"n":1}', latency_ms: null },
    ]);
    expect(newestEvent(database, 'chain.begun')).toMatchObject({
      seq: 4,
      details: { through: 3, calls: 3, outcomes: 2 },
    });
    expect(verified(database)).toMatchObject({ from: 4, checked: 1, broken: null });
    database.close();
  });

  it('4 keeps its chain, to which the new columns add nothing', () => {
    const path = join(temporaryFolder(), 'audit.db');
    const old = new Database(path);
    migrate(old, auditMigrations.slice(0, 4));
    const chain = createChainWriter(old);
    const write = createEventWriter(old, chain);
    transact(chain, () => {
      const begun = { log: 'l', through: 0, calls: 0, outcomes: 0, digest: '0'.repeat(64) };
      write(1, { kind: 'chain.begun', by: 'app', subject: '', details: begun });
      const outcome = [1, 'ok', 1200, 12, null, null];
      chain.append('outcome', outcome, (seq, hash) =>
        old.prepare('INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(seq, ...outcome, hash),
      );
    });
    old.close();
    const database = openForWriting(path, 'normal');
    expect(database.prepare('SELECT status, summary FROM outcomes').all()).toEqual([
      { status: 'ok', summary: null },
    ]);
    expect(verified(database)).toMatchObject({ from: 1, checked: 2, broken: null });
    database.close();
  });

  it.each([
    ["UPDATE calls SET tool = 'harmless' WHERE id = 2", 'changed'],
    ["UPDATE outcomes SET status = 'error' WHERE call_id = 1", 'changed'],
    ['DELETE FROM calls WHERE id = 2', 'deleted'],
    ["INSERT INTO outcomes (seq, call_id, status) VALUES (3, 3, 'ok')", 'inserted'],
  ])('shows what was done later to records from before the chain: %s', (sql, kind) => {
    const database = openForWriting(logOfVersion(3), 'normal');
    database.exec(sql);
    expect(verified(database).broken).toMatchObject({ kind, seq: 1, through: 3 });
    database.close();
  });
});
