// Log lines without secrets: what servers and errors say may quote what they were sent.
import type { Logger, Redactor } from '../ports.ts';

const mostDepth = 4;

export function redactingLogger(logger: Logger, { words }: Pick<Redactor, 'words'>): Logger {
  const line =
    (level: keyof Logger) =>
    (event: string, fields: Record<string, unknown> = {}): void =>
      logger[level](event, cleaned(fields, 0) as Record<string, unknown>);

  function cleaned(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return words(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === mostDepth) return '…';
    if (Array.isArray(value)) return value.map((one) => cleaned(one, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cleaned(one, depth + 1)]));
  }

  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
