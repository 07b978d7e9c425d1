// The program's log lines, written by pino: an event name and fields.
import pino from 'pino';
import type { Logger } from '../ports.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'json' | 'text';
  readonly output: LogOutput;
}

/** Takes lines, each with its line break. */
export interface LogOutput {
  write(line: string): void;
}

/** Lines are written synchronously, so that the last one before a crash is there. */
export function standardStream(stream: 'stdout' | 'stderr'): LogOutput {
  return pino.destination({ dest: stream === 'stdout' ? 1 : 2, sync: true });
}

export interface LeveledLogger extends Logger {
  /** From the next line on. */
  setLevel(level: LoggerOptions['level']): void;
}

export function createLogger({ level, format, output }: LoggerOptions): LeveledLogger {
  const stream = format === 'json' ? output : { write: (line: string) => output.write(asText(line)) };
  const sink = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    debug: (event, fields = {}) => sink.debug(fields, event),
    info: (event, fields = {}) => sink.info(fields, event),
    warn: (event, fields = {}) => sink.warn(fields, event),
    error: (event, fields = {}) => sink.error(fields, event),
    setLevel: (chosen) => (sink.level = chosen),
  };
}

/** Values that read the same without quotes; what has spaces or line breaks in it could pass for more than a value. */
const PLAIN = /^[^\s"\p{Cc}]+$/u;

/** `12:00:00.000 info  listening url=http://…` from one JSON line. */
function asText(line: string): string {
  const { level, time, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([key, value]) =>
      `${key}=${typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value)}`,
  );
  return `${[String(time).slice(11, 23), String(level).padEnd(5), String(event), ...rest].join(' ')}\n`;
}
