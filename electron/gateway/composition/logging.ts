// Where the gateway's log lines go, as the configuration says.
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { openLogFile } from '../observability/log-file.ts';
import { createLogger, type LeveledLogger, type LogOutput, standardStream } from '../observability/logger.ts';
import type { Clock } from '../ports.ts';
import type { Keep } from './surroundings.ts';

const BYTES_PER_MEGABYTE = 1024 * 1024;
const MS_PER_DAY = 24 * 60 * 60_000;

/** Where a log file can't be written, the lines go to standard error, and the first of them says why. */
export function composeLogger(
  { logging }: Config,
  { userData }: GatewayOptions,
  clock: Clock,
  keep: Keep,
): LeveledLogger {
  const { level, format, output, file } = logging;
  const asConfigured = (to: LogOutput) => createLogger({ level, format, output: to });
  if (output !== 'file') return asConfigured(standardStream(output));
  const stderr = asConfigured(standardStream('stderr'));
  const path = file.path ?? join(userData, 'logs', 'mcp-proxy.log');
  const onTrouble = (why: string) => stderr.error('log_file', { path, error: why });
  try {
    const opened = openLogFile({
      path,
      maxBytes: file.max_size * BYTES_PER_MEGABYTE,
      maxBackups: file.max_backups,
      maxAgeMs: file.max_age * MS_PER_DAY,
      clock,
      onTrouble,
    });
    return asConfigured(keep(opened));
  } catch (error) {
    onTrouble(String(error));
    return stderr;
  }
}
