// A real, signed log for the tests of exports, and exports of it, made in this thread.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openCallLog } from '../../../../../electron/gateway/audit/call-log.ts';
import { createPlaceReader } from '../../../../../electron/gateway/audit/chained-rows.ts';
import type { ExportNews } from '../../../../../electron/gateway/audit/export/export-news.ts';
import { runExport } from '../../../../../electron/gateway/audit/export/export-run.ts';
import { openForReading, openForUpkeep } from '../../../../../electron/gateway/audit/open-database.ts';
import { startSigning } from '../../../../../electron/gateway/audit/signing.ts';
import type { ExportFormat } from '../../../../../electron/shared/audit-export.ts';
import type { AuditKey } from '../../../../../electron/shared/audit-proof.ts';
import { callFilter, type CallFilterInput } from '../../../../../electron/shared/audit-search.ts';
import { sampleRedactor } from '../../redaction/sample.ts';
import { temporaryFolder } from '../places.ts';
import { allowed, answered, denied, malformed, recordingLogger, sampleCall } from '../samples.ts';

/** A new key, as main hands it over. */
export function newKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    from: 'keychain',
    pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  } as const;
}

/** Calls of `read_file` with every third one of `write_file`; the last call is denied. Signed now and then. */
export async function exportedLog(calls = 10, key: AuditKey | null = newKey()) {
  const folder = temporaryFolder();
  const path = join(folder, 'audit.db');
  const logger = recordingLogger();
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger,
  });
  const upkeep = openForUpkeep(path);
  const signing = startSigning(upkeep, { folder, logger });
  onTestFinished(() => {
    signing.close();
    upkeep.close();
    log.close();
  });
  if (key !== null) signing.use(key);
  for (let n = 0; n < calls; n += 1) {
    const tool = n % 3 === 2 ? 'write_file' : 'read_file';
    const call = sampleCall({ tool, argumentsText: JSON.stringify({ n, odd: 'ü\n"=1+1"' }) });
    await log.complete(await log.record(call, allowed, null), answered);
    if (n % 4 === 3) signing.signNow();
  }
  await log.note({ kind: 'pause.set', by: 'person', subject: '', details: { paused: true } });
  await log.record(sampleCall({ tool: '=cmd|calc' }), denied, { code: -32001, message: 'Policy violation' });
  log.refused(malformed);
  signing.signNow();

  let exports = 0;
  /** What stands in the file, and what was told meanwhile. */
  async function exported(format: ExportFormat, filter: CallFilterInput = {}, proof = false) {
    const draft = join(folder, `export-${(exports += 1)}`);
    const news: ExportNews[] = [];
    const database = openForReading(path);
    try {
      await runExport(
        database,
        {
          log: path,
          draft,
          filter: callFilter.parse(filter),
          format,
          proof,
          through: createPlaceReader(database)(Number.MAX_SAFE_INTEGER).seq,
          publicKey: signing.proof().key?.publicKey ?? null,
          at: 1_750_000_000_000,
        },
        (one) => news.push(one),
        (digest) => Promise.resolve(signing.seal(digest)),
      );
    } finally {
      database.close();
    }
    return { file: draft, text: readFileSync(draft, 'utf8'), news };
  }

  return { folder, path, log, signing, exported };
}
