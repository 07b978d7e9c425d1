import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPlaceReader } from '../../../../../electron/gateway/audit/chained-rows.ts';
import { createExports } from '../../../../../electron/gateway/audit/export/exports.ts';
import { readLines } from '../../../../../electron/gateway/audit/export/read-lines.ts';
import { verifyExport } from '../../../../../electron/gateway/audit/export/verify-export.ts';
import { openForReading } from '../../../../../electron/gateway/audit/open-database.ts';
import type { AuditExport } from '../../../../../electron/shared/audit-export.ts';
import { callFilter } from '../../../../../electron/shared/audit-search.ts';
import { recordingLogger } from '../samples.ts';
import { exportedLog } from './exported-log.ts';

const worker = new URL('../../../../../electron/gateway/audit/export/export-worker.ts', import.meta.url);
const filter = callFilter.parse({});

async function setUp(calls = 20) {
  const { folder, path, signing } = await exportedLog(calls);
  const changes: AuditExport[] = [];
  const onDone = vi.fn<(done: AuditExport) => void>();
  const exports = createExports({
    log: path,
    worker,
    signAll() {
      const database = openForReading(path);
      const { seq: through } = createPlaceReader(database)(Number.MAX_SAFE_INTEGER);
      database.close();
      return Promise.resolve({ through, key: signing.proof().key });
    },
    seal: (digest) => Promise.resolve(signing.seal(digest)),
    onChange: (change) => changes.push(change),
    onDone,
    logger: recordingLogger(),
  });
  onTestFinished(() => exports.close());
  const over = () => vi.waitFor(() => expect(exports.last()?.state).not.toBe('running'), 20_000);
  const leftovers = () => readdirSync(folder).filter((name) => name.endsWith('.part'));
  return { exports, changes, onDone, folder, over, leftovers };
}

describe('exports', () => {
  it('make the file in a thread of its own, with its name once it is whole', async () => {
    const { exports, changes, onDone, folder, over, leftovers } = await setUp();
    const file = join(folder, 'calls.jsonl');
    writeFileSync(file, 'what was there');
    const begun = await exports.start({ filter, format: 'jsonl', proof: true, file });
    expect(begun).toMatchObject({ state: 'running', written: 0, file });
    await over();
    const done = {
      state: 'done',
      written: 22,
      total: 22,
      signed: true,
      bytes: statSync(file).size,
      problem: null,
    };
    expect(exports.last()).toMatchObject(done);
    expect(changes.at(-1)).toMatchObject(done);
    expect(onDone.mock.calls).toEqual([[exports.last()]]);
    expect(verifyExport(readLines(file), null)).toMatchObject({ state: 'whole', calls: 22 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(leftovers()).toEqual([]);
  });

  it('leave nothing where they are cancelled, and what was there as it was', async () => {
    const { exports, onDone, folder, over, leftovers } = await setUp(2000);
    const file = join(folder, 'calls.csv');
    writeFileSync(file, 'what was there');
    const { id } = await exports.start({ filter, format: 'csv', proof: false, file });
    expect(exports.cancel(id)).toBe(true);
    expect(exports.cancel(id)).toBe(false);
    await over();
    await vi.waitFor(() => expect(leftovers()).toEqual([]));
    expect(exports.last()).toMatchObject({ state: 'cancelled' });
    expect(readFileSync(file, 'utf8')).toBe('what was there');
    expect(onDone).not.toHaveBeenCalled();
  });

  it('say why they failed', async () => {
    const { exports, folder, over } = await setUp();
    const file = join(folder, 'nowhere', 'calls.json');
    await exports.start({ filter, format: 'json', proof: false, file });
    await over();
    expect(exports.last()).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('ENOENT') as string,
    });
    expect(existsSync(file)).toBe(false);
  });

  it('run one at a time: the one before is cancelled', async () => {
    const { exports, folder, over, leftovers } = await setUp(2000);
    const first = await exports.start({
      filter,
      format: 'json',
      proof: false,
      file: join(folder, 'first.json'),
    });
    const second = await exports.start({
      filter,
      format: 'ocsf',
      proof: false,
      file: join(folder, 'second.jsonl'),
    });
    expect(second.id).toBeGreaterThan(first.id);
    await over();
    expect(existsSync(join(folder, 'first.json'))).toBe(false);
    expect(exports.last()).toMatchObject({ id: second.id, state: 'done', written: 2002 });
    expect(leftovers()).toEqual([]);
  });
});
