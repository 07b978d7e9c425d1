// What the bridge says to people: clients show or keep what their servers write to standard error.
import type { Logger } from '../gateway/ports.ts';

export function createStderrWords(): Logger {
  const line = (event: string, fields: Record<string, unknown> = {}): void => {
    const details = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
    const words = event.replaceAll('_', ' ');
    process.stderr.write(`mcp-proxy-desktop: ${[words, ...details].join(', ')}\n`);
  };
  return { debug: () => undefined, info: line, warn: line, error: line };
}
