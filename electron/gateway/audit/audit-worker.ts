// Entry of the audit worker: everything about the log that is slow, and nothing that a call waits for.
import { parentPort, workerData } from 'node:worker_threads';
import { CommandError, createAnswer, serve } from '../../shared/rpc.ts';
import type { Logger } from '../ports.ts';
import { archiveCommands, type ArchiveEvents, workerSettings } from './archive-contract.ts';
import { auditError } from './audit-error.ts';
import { createPlaceReader } from './chained-rows.ts';
import { readCallsBefore } from './calls-before.ts';
import { startCheckpoints } from './checkpoints.ts';
import { openForUpkeep } from './open-database.ts';
import { readRecentCalls, readRecordedCall } from './recorded-calls.ts';
import { startRetention } from './retention.ts';
import { followLog } from './search/follow-log.ts';
import { createLogQuestions } from './search/log-questions.ts';
import { createCollector } from './shipping/collector.ts';
import { type Shipping, startShipping } from './shipping/shipping.ts';
import { nothingShipped, type ShippingSettings, type ShippingState } from './shipping/shipping-contract.ts';
import { notReadable } from './shipping/words.ts';
import { startSigning } from './signing.ts';
import { createVerifications } from './verifications.ts';

if (parentPort === null) throw new Error('The audit worker runs in a worker thread alone');
const port = parentPort;
const { path, keyFolder, retentionDays: days, maxBytes, shipping: target } = workerSettings.parse(workerData);
const database = openForUpkeep(path);
const closing = new AbortController();

const emit = serve<ArchiveEvents>(
  { post: (frame) => port.postMessage(frame), onFrame: (listener) => port.on('message', listener) },
  (name, input) => answer(name, input),
);
const log =
  (level: 'info' | 'warn' | 'error') =>
  (event: string, fields: Record<string, unknown> = {}) =>
    emit('logged', { level, event, fields });
const logger: Logger = { debug: () => undefined, info: log('info'), warn: log('warn'), error: log('error') };

const checkpoints = startCheckpoints(database, logger);
const signing = startSigning(database, { folder: keyFolder, logger });
const verifications = createVerifications(
  database,
  () => signing.publicKey,
  (verification) => emit('verifying', verification),
);
const retention = startRetention(database, { days, maxBytes }, logger, () => signing.signNow());
const shipping = target === null ? null : ship(target);
const index = followLog(path, logger);
const answers = createLogQuestions({ path, log: database, index, readable, closing: closing.signal });

const answer = createAnswer(
  archiveCommands,
  {
    ...answers.questions,
    story: (id) => answers.story(id),
    recall: (id) => readable(() => readRecordedCall(database, id)),
    recent: (most) => readable(() => readRecentCalls(database, most)),
    before: (query) => readable(() => readCallsBefore(database, query, closing.signal)),
    lines: (query) => answers.lines(query),
    'sign.all'() {
      signing.signNow();
      return { through: createPlaceReader(database)(Number.MAX_SAFE_INTEGER).seq, key: signing.proof().key };
    },
    'sign.export': (digest) => signing.seal(digest),
    'audit.proof': () => signing.proof(),
    'audit.key.replace': () => signing.replaceKey(),
    'audit.verify'() {
      // What was written a moment ago is then under a signature too.
      signing.signNow();
      return verifications.start();
    },
    'audit.verify.read': () => verifications.last(),
    'audit.verify.cancel': ({ id }) => verifications.cancel(id),
    sign: (key) => signing.use(key),
    async close(shipMs) {
      await shipping?.close(shipMs);
      closing.abort();
      checkpoints.close();
      retention.close();
      verifications.close();
      signing.close();
      void index.close();
      database.close();
      // After the reply. Nothing is left to be done, but a request to a collector may still wait for its next try.
      setImmediate(() => process.exit());
    },
  },
  (name, error) => logger.error('audit.query_failed', { query: name, error: String(error) }),
);

/** Without it everything else goes on; the state says why. */
function ship(settings: ShippingSettings): Shipping | null {
  const onChange = (state: ShippingState) => emit('shipping', state);
  try {
    return startShipping(database, {
      ...settings,
      collector: createCollector(settings.target),
      logger,
      onChange,
    });
  } catch (error) {
    logger.error('audit.shipping_failed', { error: String(error) });
    onChange({ ...nothingShipped, problem: notReadable(error) });
    return null;
  }
}

/** What goes wrong with the file is told to whoever asked, in words for people. */
async function readable<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (closing.signal.aborted) throw new CommandError('closed', 'The audit log was closed');
    const { fault, message } = auditError(path, error);
    if (fault === 'damaged' && !isWhole()) emit('damaged', message);
    throw new CommandError('audit_unreadable', message);
  }
}

/** The index for searches has a file of its own, and that alone may be damaged. Takes seconds where the log is large. */
function isWhole(): boolean {
  try {
    return database.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (error) {
    logger.error('audit.check_failed', { error: String(error) });
    return false;
  }
}
