// Writes one export, from beginning to end, in a thread of its own.
import type { Database } from 'better-sqlite3';
import { closeSync, openSync } from 'node:fs';
import { oldestNumber } from '../chained-rows.ts';
import { logId } from '../event-rows.ts';
import { storedHandovers } from '../stored-handovers.ts';
import { startOf } from '../verify-log.ts';
import { keyIdOf, publicKeyFrom } from '../signed-checkpoint.ts';
import { csvHead, csvOf } from './csv.ts';
import { createCallReader, type ExportedCall } from './exported-call.ts';
import type { ExportNews, ExportWork, Seal } from './export-news.ts';
import { jsonOf } from './json-lines.ts';
import { ocsfOf } from './ocsf.ts';
import { type EndLine, type HeadLine, proofFormat, type ProofLine, proofVersion } from './proof-lines.ts';
import { provenLines } from './proof-writer.ts';
import { type Bounds, selectCalls, selectedIds, type Selection } from './selection.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { openTextFile } from './text-file.ts';

const callsAtOnce = 200;
/** Time between two words on how far it has come, milliseconds. */
const tellEveryMs = 100;

/**
 * @param tell hears of progress at once and then now and then
 * @param seal asks for the signature over a digest; null where there is no key
 */
export async function runExport(
  database: Database,
  work: ExportWork,
  tell: (news: ExportNews) => void,
  seal: (digest: string) => Promise<Seal>,
): Promise<void> {
  const selection = await selectCalls(database, work.filter, boundsOf(database, work));
  const total = selection.calls;
  let toldAt = -Infinity;
  const progress = (written: number) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    tell({ kind: 'progress', written, total });
  };
  progress(0);
  const written = work.proof
    ? await writeProof(database, work, selection, progress, seal)
    : writeCalls(database, work, selection, progress);
  tell({ kind: 'done', written });
}

/** What is older than the chain can't be proven, and stands in no proof. */
function boundsOf(database: Database, { proof, through }: ExportWork): Bounds {
  return { from: proof ? startOf(database).seq + 1 : (oldestNumber(database) ?? 1), through };
}

function writeCalls(
  database: Database,
  { format, draft }: ExportWork,
  selection: Selection,
  progress: (written: number) => void,
): number {
  const readCalls = createCallReader(database);
  const file = openCallFile(format, draft);
  let written = 0;
  for (const ids of selectedIds(database, selection, callsAtOnce)) {
    const calls = readCalls(ids);
    file.write(calls);
    written += calls.length;
    progress(written);
  }
  file.finish();
  return written;
}

interface CallFile {
  write(calls: readonly ExportedCall[]): void;
  finish(): void;
}

function openCallFile(format: ExportWork['format'], path: string): CallFile {
  switch (format) {
    case 'sqlite':
      closeSync(openSync(path, 'wx', 0o600));
      return openSqliteFile(path);
    case 'csv':
      return textCallFile(path, { head: csvHead, line: csvOf, between: '', foot: '' });
    case 'json':
      return textCallFile(path, { head: '[\n', line: jsonOf, between: ',\n', foot: '\n]\n' });
    case 'jsonl':
      return textCallFile(path, { head: '', line: (call) => `${jsonOf(call)}\n`, between: '', foot: '' });
    case 'ocsf':
      return textCallFile(path, { head: '', line: (call) => `${ocsfOf(call)}\n`, between: '', foot: '' });
  }
}

interface TextLayout {
  readonly head: string;
  readonly line: (call: ExportedCall) => string;
  readonly between: string;
  readonly foot: string;
}

function textCallFile(path: string, { head, line, between, foot }: TextLayout): CallFile {
  const file = openTextFile(path);
  let before = '';
  file.write(head);
  return {
    write(calls) {
      for (const call of calls) {
        file.write(before + line(call));
        before = between;
      }
    },
    finish() {
      file.write(foot);
      file.finish();
    },
  };
}

async function writeProof(
  database: Database,
  { draft, filter, publicKey, at }: ExportWork,
  selection: Selection,
  progress: (written: number) => void,
  seal: (digest: string) => Promise<Seal>,
): Promise<number> {
  const file = openTextFile(draft);
  const write = (line: ProofLine) => file.write(`${JSON.stringify(line)}\n`);
  const head: HeadLine = {
    kind: 'head',
    format: proofFormat,
    version: proofVersion,
    log: logId(database),
    at,
    filter,
    publicKey,
    earlier: storedHandovers(database),
  };
  write(head);
  let calls = 0;
  for (const line of provenLines(database, selection)) {
    write(line);
    if (line.kind === 'call') calls += 1;
    progress(calls);
  }
  const digest = file.digest();
  const sealed = await seal(digest);
  if (sealed !== null && publicKey !== null && sealed.keyId !== keyIdOf(publicKeyFrom(publicKey)))
    throw new Error('The key that signs the log was replaced meanwhile; export it again.');
  const end: EndLine = { kind: 'end', calls, digest, seal: sealed };
  write(end);
  file.finish();
  return calls;
}
