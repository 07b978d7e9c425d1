// Log lines of the hosting process, in the form that the gateway's have: one JSON object a line on standard error.
import type { Logger } from '../../gateway/ports.ts';

export function createStderrLogger(): Logger {
  const line =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      const time = new Date().toISOString();
      process.stderr.write(`${JSON.stringify({ level, time, ...fields, event })}\n`);
    };
  return {
    debug: () => undefined,
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
}
