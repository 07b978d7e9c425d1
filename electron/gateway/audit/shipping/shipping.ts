// Ships the audit log to a collector while it grows: record by record in their order, each at least once. The log is the
// queue: what was acknowledged is remembered beside it, and nothing is held in memory but the batch that is on its way.
import type { Database } from 'better-sqlite3';
import type { Logger } from '../../ports.ts';
import { type ChainedRecord, origin } from '../chain.ts';
import { createChainWriter, transact } from '../chain-writer.ts';
import { createPlaceReader, wholeChain } from '../chained-rows.ts';
import { createEventWriter, logId, newestEvent } from '../event-rows.ts';
import { backoffMs } from './backoff.ts';
import type { Collector, Sent } from './collector.ts';
import { createLogRecords } from './log-record.ts';
import { resume } from './resume.ts';
import { readShippedPlace, type ShippedPlace, writeShippedPlace } from './shipped-place.ts';
import type { ShippingSettings, ShippingState } from './shipping-contract.ts';
import { notReadable, whatIsLacking, whyNotTaken } from './words.ts';

export interface ShippingOptions extends ShippingSettings {
  readonly collector: Collector;
  readonly logger: Logger;
  readonly onChange: (state: ShippingState) => void;
}

export interface Shipping {
  /** Ships what is left, for so long at most, milliseconds; a collector that is away is not waited for. */
  close(mostMs: number): Promise<void>;
}

/** Receivers bound a request; a single record may have more. Characters of what is stored. */
const batchCharacters = 1_000_000;
const rowsAtOnce = 32;
/** How often it is told how much waits, and written up to where was shipped, milliseconds. */
const tellEveryMs = 1000;
const keepEveryMs = 1000;
/** Where too many wait, so many more are left out than need be that this does not come with every record. */
const roomMade = 0.05;
/** How long it is said that the collector lacks something, milliseconds. */
const lossShownMs = 3_600_000;

/**
 * Starts at once. What goes wrong later is told in the state.
 * @throws where the log, or up to where it was shipped, can't be read
 */
export function startShipping(database: Database, options: ShippingOptions): Shipping {
  const { target, batchSize, intervalMs, from, maxBacklog, collector, logger, onChange } = options;
  const { url } = target;
  const log = logId(database);
  const placeAt = createPlaceReader(database);
  const recordOf = createLogRecords(database, log);
  const newest = () => placeAt(Number.MAX_SAFE_INTEGER).seq;

  const kept = readShippedPlace(database.name);
  const resumed = resume(database, kept, from);
  logger.info('audit.shipping', { url, after: resumed.after, why: resumed.why });
  let { after } = resumed;
  let place = placeAfter(after, kept === null || kept === 'unreadable' ? null : kept.collector);
  let keptAt = -Infinity;
  let written: ShippedPlace | null = null;

  let limit = batchSize;
  let failuresInARow = 0;
  let said = '';
  let lossUntil = 0;
  const counts = { shipped: 0, failures: 0 };
  const skipped = { retention: 0, backlog: 0, refused: 0 };
  let lastSuccessAt: number | null = null;
  let problem: ShippingState['problem'] = null;
  let backlog = 0;
  let told = '';

  /** Nothing more is begun, but to ship what is left. */
  let closing = false;
  /** Nothing more is done. */
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();
  const teller = setInterval(tell, tellEveryMs);
  keep(true);
  next(0);

  function placeAfter(seq: number, by: string | null): ShippedPlace {
    const found = placeAt(seq);
    return { log, seq, hash: found.seq === seq ? found.hash : origin, collector: by };
  }

  function next(ms: number): void {
    if (closing) return;
    timer = setTimeout(() => {
      underWay = turn().then(next, (error: unknown) => {
        wentWrong(error);
        next(backoffMs((failuresInARow += 1), Math.random(), null));
      });
    }, ms);
  }

  function wentWrong(error: unknown): void {
    logger.error('audit.shipping_failed', { error: String(error) });
    problem = notReadable(error);
  }

  /** Ships one batch; gives the pause until the next one, milliseconds. */
  async function turn(): Promise<number> {
    leaveOutWhatIsGone();
    const batch = read();
    const last = batch.at(-1);
    if (last === undefined) {
      failuresInARow = 0;
      problem = null;
      keep(true);
      return intervalMs;
    }
    const sent = await collector.send(batch.map(recordOf));
    if (closed) return 0;
    const pause = settle(sent, batch.length, last);
    tell();
    return pause;
  }

  function settle(sent: Sent, records: number, last: ChainedRecord): number {
    if (sent.kind === 'accepted') return taken(records, sent, last);
    counts.failures += 1;
    // A collector that has never taken anything may be none: then it is its settings that are no good, not the records.
    if (sent.kind === 'unfit' && place.collector === url) return divide(sent, records, last);
    failuresInARow += 1;
    const words = whyNotTaken(url, sent);
    if (problem?.message !== words.message) logger.warn('audit.shipping_waits', { url, ...words });
    problem = words;
    return backoffMs(failuresInARow, Math.random(), sent.kind === 'away' ? sent.waitMs : null);
  }

  function taken(
    records: number,
    { rejected, message }: Extract<Sent, { kind: 'accepted' }>,
    last: ChainedRecord,
  ): number {
    const refused = Math.min(rejected, records);
    counts.shipped += records - refused;
    if (refused > 0) leftOut('refused', refused, message);
    if (problem !== null) logger.info('audit.shipping_goes_on', { url });
    problem = null;
    failuresInARow = 0;
    limit = Math.min(batchSize, limit * 2);
    lastSuccessAt = Date.now();
    passed(last, url);
    return 0;
  }

  /** Finds the record that the collector does not like, by halves, and leaves that one out. */
  function divide(sent: Extract<Sent, { kind: 'unfit' }>, records: number, last: ChainedRecord): number {
    if (records > 1) {
      limit = Math.ceil(records / 2);
      return 0;
    }
    leftOut('refused', 1, `status ${sent.status}${sent.why === '' ? '' : `, ${sent.why}`}`);
    passed(last, url);
    return 0;
  }

  function passed({ seq, hash }: ChainedRecord, by: string): void {
    after = seq;
    place = { log, seq, hash: hash ?? origin, collector: by };
    keep(false);
  }

  /** The next records, as many as go together. */
  function read(): ChainedRecord[] {
    const batch: ChainedRecord[] = [];
    let characters = 0;
    for (const record of wholeChain(database, after, newest(), rowsAtOnce)) {
      characters += record.values.reduce<number>((sum, value) => sum + String(value ?? '').length, 0);
      if (batch.length > 0 && characters > batchCharacters) break;
      batch.push(record);
      if (batch.length === limit) break;
    }
    return batch;
  }

  /** What retention takes, and what is more than may wait, is gone for the collector: the log itself says so. */
  function leaveOutWhatIsGone(): void {
    leaveOutThrough('retention', newestEvent(database, 'log.trimmed')?.details.through ?? 0);
    if (maxBacklog === null) return;
    const end = newest();
    if (end - after > maxBacklog) leaveOutThrough('backlog', end - Math.ceil(maxBacklog * (1 - roomMade)));
  }

  function leaveOutThrough(why: 'retention' | 'backlog', through: number): void {
    const records = through - after;
    if (records <= 0) return;
    const chain = createChainWriter(database);
    const write = createEventWriter(database, chain);
    const details = { from: after + 1, to: through, records, why };
    transact(chain, () => write(Date.now(), { kind: 'log.unshipped', by: 'app', subject: '', details }));
    after = through;
    place = placeAfter(through, place.collector);
    leftOut(why, records, '');
    keep(true);
  }

  function leftOut(why: keyof typeof skipped, records: number, message: string): void {
    skipped[why] += records;
    if (message !== '') said = message;
    // What is refused may be refused one by one.
    if (why !== 'refused' || Date.now() > lossUntil)
      logger.error('audit.unshipped', { url, why, records, message });
    lossUntil = Date.now() + lossShownMs;
  }

  /** @param now false: not at once where it was done a moment ago. What is sent twice for that, its number tells. */
  function keep(now: boolean): void {
    const at = performance.now();
    if (written === place || (!now && at - keptAt < keepEveryMs)) return;
    try {
      writeShippedPlace(database.name, place);
      written = place;
      keptAt = at;
    } catch (error) {
      logger.error('audit.shipped_not_kept', { error: String(error) });
    }
  }

  function tell(): void {
    try {
      backlog = Math.max(0, newest() - after);
    } catch (error) {
      problem = notReadable(error);
    }
    const state: ShippingState = {
      ...counts,
      skipped: { ...skipped },
      backlog,
      lastSuccessAt,
      problem,
      loss: Date.now() < lossUntil ? whatIsLacking(url, skipped, said) : null,
    };
    const text = JSON.stringify(state);
    if (text !== told) onChange(state);
    told = text;
  }

  async function shipWhatIsLeft(until: number): Promise<void> {
    while (!closed && failuresInARow === 0 && performance.now() < until && newest() > after) await turn();
  }

  return {
    async close(mostMs) {
      closing = true;
      clearTimeout(timer);
      clearInterval(teller);
      const late = Promise.withResolvers<undefined>();
      const deadline = setTimeout(() => late.resolve(undefined), failuresInARow === 0 ? mostMs : 0);
      const until = performance.now() + mostMs;
      const left = underWay.then(() => shipWhatIsLeft(until));
      await Promise.race([left.catch(wentWrong), late.promise]);
      clearTimeout(deadline);
      closed = true;
      collector.close();
      keep(true);
    },
  };
}
