import Database from 'better-sqlite3';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canonical, digestOf, link } from '../../../../electron/gateway/audit/chain.ts';
import { createPlaceReader, wholeChain } from '../../../../electron/gateway/audit/chained-rows.ts';
import { readCheckpointFile } from '../../../../electron/gateway/audit/checkpoint-file.ts';
import { storeCheckpoint } from '../../../../electron/gateway/audit/checkpoint-rows.ts';
import { logId } from '../../../../electron/gateway/audit/event-rows.ts';
import { createSigner, keyIdOf, spkiOf } from '../../../../electron/gateway/audit/signed-checkpoint.ts';
import { openCallLog, type SqliteCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { openForUpkeep } from '../../../../electron/gateway/audit/open-database.ts';
import { deleteBefore } from '../../../../electron/gateway/audit/retention.ts';
import { startSigning, type Signing } from '../../../../electron/gateway/audit/signing.ts';
import { verifyLog, type VerifyResult } from '../../../../electron/gateway/audit/verify-log.ts';
import type { AuditKey } from '../../../../electron/shared/audit-proof.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, denied, malformed, recordingLogger, sampleCall } from './samples.ts';
import { verified } from './verified.ts';

const refusal = { code: -32001, message: 'Policy violation' };

const newPem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
const idOf = (key: KeyObject) => keyIdOf(createPublicKey(key));

function newKey(): AuditKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  return { from: 'keychain', pkcs8 };
}

function openLog(path: string): SqliteCallLog {
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
  onTestFinished(() => log.close());
  return log;
}

function openSigning(path: string, key: AuditKey) {
  const database = openForUpkeep(path);
  const signing = startSigning(database, { folder: join(path, '..'), logger: recordingLogger() });
  const proof = signing.use(key);
  onTestFinished(() => {
    signing.close();
    database.close();
  });
  return { signing, proof };
}

/**
 * A log as it may be after some time. Its records: 1 chain.begun, 2 log.opened, 3 key.created, then from 4 on ten times
 * a call and its outcome, 24 an event, 25 a refused call, 26 a refused message. All are signed, records 1 to 3 twice.
 */
async function signedLog(key = newKey()) {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openLog(path);
  const { signing } = openSigning(path, key);
  for (let n = 0; n < 10; n += 1) {
    const call = sampleCall({ argumentsText: JSON.stringify({ n, odd: 'ü\ud800\u0000"\\ud' }) });
    await log.complete(await log.record(call, allowed, null), answered);
  }
  await log.note({ kind: 'pause.set', by: 'person', subject: '', details: { paused: true } });
  await log.record(sampleCall(), denied, refusal);
  log.refused(malformed);
  signing.signNow();
  return { path, log, signing, key };
}

/** Does something to the file that the program itself would never do. */
function tamper(path: string, sql: string): void {
  const other = new Database(path);
  other.exec(sql);
  other.close();
}

function verify(path: string, { publicKey }: Pick<Signing, 'publicKey'>): VerifyResult {
  const database = openForUpkeep(path);
  try {
    return verified(database, { publicKey, beside: readCheckpointFile(path) });
  } finally {
    database.close();
  }
}

/** What somebody who knows the format, and not the key, can do: all hashes from a record on are made anew. */
function chainAnew(path: string, from: number): void {
  const database = new Database(path);
  let previous = '';
  for (const { kind, seq, values, hash } of wholeChain(database, from - 2, Number.MAX_SAFE_INTEGER)) {
    if (seq < from) {
      previous = hash ?? '';
      continue;
    }
    previous = link(previous, digestOf(canonical(kind, seq, values)));
    const table = { call: 'calls', outcome: 'outcomes', event: 'events' }[kind];
    const key = kind === 'call' ? 'id' : 'seq';
    database.prepare(`UPDATE ${table} SET hash = ? WHERE ${key} = ?`).run(Buffer.from(previous, 'hex'), seq);
  }
  database.close();
}

describe('a log that nobody has touched', () => {
  it('holds from its first record to its last, and is signed', async () => {
    const { path, signing } = await signedLog();
    expect(verify(path, signing)).toEqual({
      from: 1,
      checked: 26,
      total: 26,
      signedThrough: 26,
      broken: null,
    });
  });

  it('holds after it was closed and opened again, by more than one process in turn', async () => {
    const { path, log, signing } = await signedLog();
    const second = openLog(path);
    await Promise.all([second.record(sampleCall(), allowed, null), log.record(sampleCall(), allowed, null)]);
    await second.record(sampleCall(), allowed, null);
    await log.record(sampleCall(), allowed, null);
    log.close();
    const third = openLog(path);
    third.refused(malformed);
    expect(verify(path, signing)).toMatchObject({ checked: 33, signedThrough: 26, broken: null });
  });

  it('holds where a record of a group could not be written', async () => {
    const { path, log, signing } = await signedLog();
    const results = await Promise.allSettled([
      log.record(sampleCall(), allowed, null),
      log.record({ ...sampleCall(), at: 0.5 }, allowed, null),
      log.record(sampleCall(), allowed, null),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(verify(path, signing)).toMatchObject({ checked: 28, broken: null });
  });

  it('holds where an outcome came twice, and only the first was kept', async () => {
    const { path, log, signing } = await signedLog();
    await log.complete(4, answered);
    await log.record(sampleCall(), allowed, null);
    expect(verify(path, signing)).toMatchObject({ checked: 27, broken: null });
  });

  it('holds, from there on, after retention has deleted the older part', async () => {
    const { path, signing } = await signedLog();
    tamper(path, 'UPDATE calls SET at = at + 1 WHERE id < 4');
    const database = openForUpkeep(path);
    // All samples are of 2025.
    await deleteBefore(database, Date.now() - 3_600_000, new AbortController().signal, () =>
      signing.signNow(),
    );
    database.close();
    expect(verify(path, signing)).toMatchObject({ from: 27, checked: 1, signedThrough: 27, broken: null });
  });
});

describe('a changed field', () => {
  it.each([
    ['calls', "UPDATE calls SET tool = 'harmless' WHERE id = 6", 6],
    ['calls', "UPDATE calls SET arguments = replace(arguments, 'n', 'm') WHERE id = 8", 8],
    ['calls', 'UPDATE calls SET hash = randomblob(32) WHERE id = 8', 8],
    ['calls', "UPDATE calls SET source_ip = '10.0.0.1' WHERE id = 26", 26],
    ['outcomes', "UPDATE outcomes SET status = 'error' WHERE seq = 11", 11],
    ['outcomes', 'UPDATE outcomes SET call_id = 999 WHERE seq = 11', 11],
    ['events', `UPDATE events SET details = '{"paused":false}' WHERE seq = 24`, 24],
    ['events', "UPDATE events SET details = '' WHERE seq = 1", 1],
  ])('of %s is found: %s', async (table, sql, seq) => {
    const { path, signing } = await signedLog();
    tamper(path, sql);
    expect(verify(path, signing).broken).toMatchObject({ kind: 'changed', table, seq, through: seq });
  });

  it('is found where the chain was computed anew after it', async () => {
    const { path, signing } = await signedLog();
    tamper(path, "UPDATE calls SET tool = 'harmless' WHERE id = 6");
    chainAnew(path, 6);
    expect(verify(path, signing)).toMatchObject({
      signedThrough: 3,
      broken: { kind: 'rewritten', seq: 4, through: 26 },
    });
  });
});

describe('deleted records', () => {
  it.each([
    ['DELETE FROM calls WHERE id = 6', 6, 6],
    ['DELETE FROM outcomes WHERE seq = 7', 7, 7],
    ['DELETE FROM events WHERE seq = 24', 24, 24],
    ['DELETE FROM calls WHERE id IN (8, 10); DELETE FROM outcomes WHERE seq IN (9, 11)', 8, 11],
    ['DELETE FROM events WHERE seq = 1', 1, 1],
  ])('are found: %s', async (sql, seq, through) => {
    const { path, signing } = await signedLog();
    tamper(path, sql);
    expect(verify(path, signing).broken).toMatchObject({ kind: 'deleted', seq, through });
  });

  it('are found where the later ones were renumbered', async () => {
    const { path, signing } = await signedLog();
    tamper(
      path,
      `DELETE FROM calls WHERE id = 6;
       UPDATE outcomes SET seq = seq - 1 WHERE seq > 6; UPDATE calls SET id = id - 1 WHERE id > 6;
       UPDATE events SET seq = seq - 1 WHERE seq > 6`,
    );
    expect(verify(path, signing).broken).toMatchObject({ kind: 'deleted', seq: 6 });
  });
});

describe('an inserted record', () => {
  const columns = `at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version, server, method,
    allowed, reason, policy_mode, source_ip`;
  it.each([
    [`INSERT INTO calls (${columns}) SELECT ${columns} FROM calls WHERE id = 4`, 'calls', 27],
    [
      `INSERT INTO calls (id, ${columns}, hash) SELECT 7, ${columns}, hash FROM calls WHERE id = 6`,
      'calls',
      7,
    ],
    [
      `INSERT INTO outcomes (seq, call_id, status, hash) SELECT 8, 999, 'ok', hash FROM outcomes WHERE seq = 7`,
      'outcomes',
      8,
    ],
    [
      `INSERT INTO events (seq, at, kind, actor, subject, details, hash)
         SELECT 10, at, kind, actor, subject, details, hash FROM events WHERE seq = 24`,
      'events',
      10,
    ],
  ])('is found: %s', async (sql, table, seq) => {
    const { path, signing } = await signedLog();
    tamper(path, sql);
    expect(verify(path, signing).broken).toMatchObject({ kind: 'inserted', table, seq });
  });

  it('is found where the later ones were renumbered', async () => {
    const { path, signing } = await signedLog();
    tamper(
      path,
      `UPDATE calls SET id = -id - 1 WHERE id >= 6; UPDATE calls SET id = -id WHERE id < 0;
       UPDATE outcomes SET seq = -seq - 1 WHERE seq >= 6; UPDATE outcomes SET seq = -seq WHERE seq < 0;
       UPDATE events SET seq = -seq - 1 WHERE seq >= 6; UPDATE events SET seq = -seq WHERE seq < 0;
       INSERT INTO calls (id, ${columns}, hash) SELECT 6, ${columns}, randomblob(32) FROM calls WHERE id = 4`,
    );
    expect(verify(path, signing).broken).toMatchObject({ kind: 'inserted', table: 'calls', seq: 6 });
  });
});

describe('records in another order', () => {
  it.each([
    ['calls that are apart', 'calls', 'id', 6, 12],
    ['calls beside each other', 'calls', 'id', 25, 26],
    ['outcomes', 'outcomes', 'seq', 7, 9],
    ['events beside each other', 'events', 'seq', 2, 3],
  ])('are found: %s', async (_, table, key, a, b) => {
    const { path, signing } = await signedLog();
    tamper(
      path,
      `UPDATE ${table} SET ${key} = -1 WHERE ${key} = ${a}; UPDATE ${table} SET ${key} = ${a} WHERE ${key} = ${b};
       UPDATE ${table} SET ${key} = ${b} WHERE ${key} = -1`,
    );
    expect(verify(path, signing).broken).toMatchObject({ kind: 'reordered', table, seq: a });
  });

  it('are found where the hashes stayed in their places', async () => {
    const { path, signing } = await signedLog();
    tamper(
      path,
      `CREATE TEMP TABLE hashes AS SELECT id, hash FROM calls WHERE id IN (6, 12);
       UPDATE calls SET id = -1 WHERE id = 6; UPDATE calls SET id = 6 WHERE id = 12;
       UPDATE calls SET id = 12 WHERE id = -1;
       UPDATE calls SET hash = (SELECT hash FROM hashes WHERE hashes.id = calls.id) WHERE id IN (6, 12)`,
    );
    expect(verify(path, signing).broken).toMatchObject({ kind: 'reordered', table: 'calls', seq: 6 });
  });
});

describe('a log whose end was cut off', () => {
  const cutAt20 =
    'DELETE FROM calls WHERE id > 20; DELETE FROM outcomes WHERE seq > 20; DELETE FROM events WHERE seq > 20';

  it('is found by the signatures in it', async () => {
    const { path, signing } = await signedLog();
    tamper(path, cutAt20);
    rmSync(`${path}.checkpoint`);
    expect(verify(path, signing).broken).toMatchObject({ kind: 'truncated', seq: 21, through: 26 });
  });

  it('is found by the one beside it, where those in it are gone', async () => {
    const { path, signing } = await signedLog();
    tamper(path, `${cutAt20}; DELETE FROM checkpoints WHERE seq > 20`);
    expect(verify(path, signing).broken).toMatchObject({ kind: 'truncated', seq: 21, through: 26 });
  });

  it('is found where an older copy took its place', async () => {
    const { path, log, signing } = await signedLog();
    tamper(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.copy`);
    await log.record(sampleCall(), allowed, null);
    signing.signNow();
    log.close();
    const cutOff = `${path}.copy`;
    copyFileSync(`${path}.checkpoint`, `${cutOff}.checkpoint`);
    expect(verify(cutOff, signing).broken).toMatchObject({ kind: 'truncated', seq: 27, through: 27 });
  });

  it('stays found when the log goes on: the numbers of what is missing are not given again', async () => {
    const { path, log, signing } = await signedLog();
    log.close();
    tamper(path, `${cutAt20}; DELETE FROM checkpoints`);
    const next = openLog(path);
    expect(next.cut).toMatchObject({ from: 21, to: 26 });
    expect(await next.record(sampleCall(), allowed, null)).toBe(29);
    signing.signNow();
    expect(verify(path, signing).broken).toMatchObject({ kind: 'truncated', seq: 21, through: 26 });
  });
});

describe('signatures', () => {
  it('by another key are found', async () => {
    const { path, log, signing } = await signedLog();
    const { signing: forger } = openSigning(path, newKey());
    await log.record(sampleCall(), allowed, null);
    forger.signNow();
    expect(verify(path, signing)).toMatchObject({
      signedThrough: 26,
      broken: { kind: 'replaced_key', table: 'checkpoints', seq: 27 },
    });
    expect(verify(path, forger).broken).toMatchObject({ kind: 'replaced_key', seq: 3 });
  });

  it.each([
    'UPDATE checkpoints SET signature = randomblob(64) WHERE seq = 26',
    'UPDATE checkpoints SET at = at + 1 WHERE seq = 26',
    'UPDATE checkpoints SET hash = randomblob(32) WHERE seq = 26',
  ])('that do not hold are found: %s', async (sql) => {
    const { path, signing } = await signedLog();
    tamper(path, sql);
    expect(verify(path, signing).broken).toMatchObject({
      kind: 'bad_signature',
      table: 'checkpoints',
      seq: 26,
    });
  });

  it('of another log are found', async () => {
    const key = newKey();
    const { path, signing } = await signedLog(key);
    const other = await signedLog(key);
    copyFileSync(`${other.path}.checkpoint`, `${path}.checkpoint`);
    expect(verify(path, signing).broken).toMatchObject({ kind: 'rewritten', seq: 26 });
  });

  it('are not there where no key signs', () => {
    const path = join(temporaryFolder(), 'audit.db');
    openLog(path).refused(malformed);
    expect(verify(path, { publicKey: null })).toMatchObject({ checked: 3, signedThrough: 0, broken: null });
  });
});

describe('a key that has taken the place of another', () => {
  /** The signed log, whose key in a file is replaced behind record 26, with a call behind that. */
  async function replaced() {
    const opened = await signedLog({ from: 'file' });
    const old = createPrivateKey(readFileSync(join(opened.path, '..', 'audit-key.pem')));
    const { key } = opened.signing.replaceKey();
    await opened.log.record(sampleCall(), allowed, null);
    opened.signing.signNow();
    return { ...opened, old, id: key?.id ?? '' };
  }

  it('is vouched for by the old one, and the log holds from end to end', async () => {
    const { path, signing, old, id } = await replaced();
    expect(id).not.toBe(idOf(old));
    expect(verify(path, signing)).toMatchObject({ checked: 29, signedThrough: 29, broken: null });
    const stored = new Database(path).prepare('SELECT seq, key_id FROM checkpoints WHERE seq > 26').raw();
    expect(stored.all()).toEqual([
      [27, idOf(old)],
      [28, id],
      [29, id],
    ]);
    // Who still has the old key alone is told that there is another one.
    expect(verify(path, { publicKey: createPublicKey(old) }).broken).toMatchObject({
      kind: 'replaced_key',
      seq: 28,
    });
  });

  it('can be replaced itself, and retention may take the beginning', async () => {
    const { path, signing } = await replaced();
    signing.replaceKey();
    expect(verify(path, signing)).toMatchObject({ checked: 31, signedThrough: 31, broken: null });
    const database = openForUpkeep(path);
    onTestFinished(() => void database.close());
    await deleteBefore(database, Date.now() + 1, new AbortController().signal, () => signing.signNow());
    expect(verify(path, signing)).toMatchObject({ broken: null });
  });

  it('is the one in force when the program starts again', async () => {
    const { path, signing, id } = await replaced();
    signing.close();
    const again = openSigning(path, { from: 'file' });
    expect(again.proof.key?.id).toBe(id);
    expect(verify(path, again.signing).broken).toBeNull();
  });

  it.each(['before', 'after'])(
    'is taken up or forgotten where the program dies %s the log knows it',
    async (when) => {
      const { path, signing } = await signedLog({ from: 'file' });
      const file = join(path, '..', 'audit-key.pem');
      const before = readFileSync(file);
      const id = when === 'after' ? signing.replaceKey().key?.id : signing.proof().key?.id;
      // As it was before the new key had its place.
      writeFileSync(`${file}.next`, when === 'after' ? readFileSync(file) : newPem);
      writeFileSync(file, before);
      const again = openSigning(path, { from: 'file' });
      expect(again.proof.key?.id).toBe(id);
      expect(existsSync(`${file}.next`)).toBe(false);
      expect(verify(path, again.signing).broken).toBeNull();
    },
  );

  it('comes from the keychain where the old one did: only what was put there can take its place', async () => {
    const key = newKey();
    const { path, signing } = await signedLog(key);
    expect(() => signing.replaceKey()).toThrow(/window/u);
    const [first, next] = [key, newKey()].map((one) => (one.from === 'keychain' ? one.pkcs8 : expect.fail()));
    const both: AuditKey = { from: 'keychain', pkcs8: first ?? '', next };
    const before = signing.proof().key?.id;
    expect(signing.use(both).key?.id).toBe(before);
    const { key: made } = signing.replaceKey();
    expect(made).toMatchObject({ protection: 'keychain' });
    expect(made?.id).not.toBe(before);
    // The next start may be given both still.
    expect(openSigning(path, both).proof.key?.id).toBe(made?.id);
    expect(verify(path, signing)).toMatchObject({ broken: null });
    expect(() => signing.replaceKey()).toThrow(/window/u);
  });

  it.each([
    ['says so itself', (details: object) => ({ ...details, signature: Buffer.alloc(64).toString('base64') })],
    [
      'names another key as the old one',
      (details: object) => ({ ...details, before: spkiOf(createPublicKey(newPem)) }),
    ],
    ['names none', (details: object) => ({ ...details, before: 'none' })],
  ])('is a forgery where it %s', async (_what, forge) => {
    const { path, signing } = await replaced();
    const database = new Database(path);
    const row = database
      .prepare<[], string>("SELECT details FROM events WHERE kind = 'key.replaced'")
      .pluck();
    const details = forge(JSON.parse(row.get() ?? '') as object);
    database
      .prepare("UPDATE events SET details = ? WHERE kind = 'key.replaced'")
      .run(JSON.stringify(details));
    database.close();
    // Whoever can do that, can hash it all anew, and leave out the signatures in the way.
    expect(verify(path, signing).broken).toMatchObject({ kind: 'changed', seq: 27 });
    chainAnew(path, 27);
    tamper(path, 'DELETE FROM checkpoints WHERE seq >= 27');
    rmSync(`${path}.checkpoint`);
    signing.signNow();
    expect(verify(path, signing).broken).toMatchObject({ kind: 'replaced_key', seq: 3 });
  });

  it('does not count where nothing is signed with it: so an old key that was stolen could hand over', async () => {
    const { path, signing } = await replaced();
    tamper(path, 'DELETE FROM checkpoints WHERE seq > 27');
    rmSync(`${path}.checkpoint`);
    expect(verify(path, signing)).toMatchObject({
      signedThrough: 0,
      broken: { kind: 'replaced_key', seq: 27 },
    });
  });

  it('is used by nobody beyond its time', async () => {
    const { path, old, signing } = await replaced();
    const late = createSigner(old);
    const database = openForUpkeep(path);
    onTestFinished(() => void database.close());
    const place = createPlaceReader(database)(28);
    tamper(path, 'DELETE FROM checkpoints WHERE seq = 28');
    storeCheckpoint(database, late.sign(logId(database), place, Date.now()));
    expect(verify(path, signing).broken).toMatchObject({ kind: 'replaced_key', seq: 28 });
  });
});

it('what is recorded and signed while a log is verified is no matter of that verification', async () => {
  const { path, log, signing } = await signedLog();
  for (let n = 0; n < 600; n += 1) log.refused(malformed);
  signing.signNow();
  const database = openForUpkeep(path);
  onTestFinished(() => void database.close());
  const { publicKey } = signing;
  const steps = verifyLog(database, { publicKey, beside: readCheckpointFile(path) });
  expect(steps.next()).toMatchObject({ done: false, value: { checked: 500 } });
  await log.record(sampleCall(), allowed, null);
  signing.signNow();
  expect(steps.next()).toMatchObject({
    done: true,
    value: { checked: 626, signedThrough: 626, broken: null },
  });
});
