// `tracing` in the configuration file: where spans of calls go, and of how many calls.
import { checkOtlpTarget, otlpTarget } from './config-otlp.ts';
import { duration, oneOf, section, share, wholeNumber } from './config-values.ts';

/** Off where it has no endpoint. */
export const tracing = section({
  ...otlpTarget,
  // There is much of it, and the collector mostly runs on the same machine: gzip would cost more than all else of a span.
  compression: oneOf(['gzip', 'none'], 'none').describe('Whether requests are compressed.'),
  sample_ratio: share(1).describe(
    'Which part of the calls is traced, where their clients do not say themselves whether they are.',
  ),
  batch_size: wholeNumber(1, 10_000, 128).describe('How many spans go in one request at most.'),
  interval: duration('1s').describe('How long a span may wait for others that go with it.'),
  max_queue: wholeNumber(1, 1_000_000, 4096).describe(
    'How many spans may wait for the collector. Beyond that new ones are dropped, and counted in the metrics.',
  ),
}).check(checkOtlpTarget);
