// Whether a call costs more where there are many sessions, and a record where there are many records.
import { join } from 'node:path';
import { openCallLog } from '../../electron/gateway/audit/call-log.ts';
import { openForWriting } from '../../electron/gateway/audit/open-database.ts';
import type { Effort } from './compare.ts';
import { applyLoad } from './load.ts';
import { type MicroRow, refusedMessage, silentLogger } from './micro/micro.ts';
import { timeInTurns } from './micro/timing.ts';
import { median } from './statistics.ts';
import type { Surroundings } from './targets/candidate.ts';
import { sampleRedactor } from '../unit/gateway/redaction/sample.ts';
import { startOurs } from './targets/our-proxy.ts';

/** The proxy has no more of them unless it is told to. */
const manySessions = 1000;
const fewRecords = 1000;
const manyRecords = 1_000_000;
const bound = 1.2;

export async function measureGrowth(
  around: Surroundings,
  httpPort: number,
  effort: Effort,
): Promise<MicroRow[]> {
  return [await bySessions(around, httpPort, effort), byRecords(around.folder, effort)];
}

/** One caller, while all other sessions are idle. */
async function bySessions(around: Surroundings, httpPort: number, effort: Effort): Promise<MicroRow> {
  const url = `http://127.0.0.1:${httpPort}/mcp`;
  const proxies = [await startOurs(around, { url }), await startOurs(around, { url })] as const;
  const connected = [await proxies[0].connect(manySessions), await proxies[1].connect(1)] as const;
  try {
    const callers = connected.map(({ lanes }) => ({ lanes: lanes.slice(0, 1), micros: [] as number[] }));
    for (const { lanes } of callers) await applyLoad(lanes, effort.warmUp);
    for (let round = 0; round < effort.rounds; round += 1) {
      for (const { lanes, micros } of callers) {
        micros.push((await applyLoad(lanes, effort.slice)).medianMicros);
      }
    }
    const [micros = Number.NaN, referenceMicros = Number.NaN] = callers.map((caller) =>
      median(caller.micros),
    );
    return {
      step: 'call at 1,000 sessions',
      micros,
      reference: 'at 1 session',
      referenceMicros,
      bound,
      goal: 'call at 1,000 sessions / at 1',
    };
  } finally {
    for (const part of [...connected, ...proxies]) await part.close();
  }
}

function byRecords(folder: string, effort: Effort): MicroRow {
  const logs = [fewRecords, manyRecords].map((records) => logWith(join(folder, `${records}.db`), records));
  try {
    const works = logs.map((log) => () => log.refused(refusedMessage));
    const each = { rounds: effort.rounds, milliseconds: effort.slice.milliseconds / 5 };
    const [referenceMicros = Number.NaN, micros = Number.NaN] = timeInTurns(works, each);
    return {
      step: 'audit record at 10^6 records',
      micros,
      reference: 'at 10^3 records',
      referenceMicros,
      bound,
      goal: 'audit record at 10^6 records / at 10^3',
    };
  } finally {
    for (const log of logs) log.close();
  }
}

/** A log that holds so many records, each like the first. */
function logWith(path: string, records: number) {
  const open = () =>
    openCallLog({
      path,
      synchronous: 'normal',
      captureArguments: true,
      surroundings: { environment: 'test', proxyRegion: '' },
      redactor: sampleRedactor(),
      logger: silentLogger(),
    });
  const first = open();
  first.refused(refusedMessage);
  first.close();
  const database = openForWriting(path, 'normal');
  const columns =
    'at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version, server, method, ' +
    'allowed, reason, policy_mode, source_ip, error_code, error_message';
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO calls (${columns}) SELECT ${columns} FROM n CROSS JOIN calls WHERE calls.id = (SELECT min(id) FROM calls)`,
    )
    .run(records);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return open();
}
