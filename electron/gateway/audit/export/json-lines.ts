// Calls as JSON: one object each, in which what the log keeps as JSON text is JSON again.
import type { ExportedCall } from './exported-call.ts';

/** Without any line break. What was cut when it was recorded is no JSON any more, and stays a text. */
export function jsonOf(call: ExportedCall): string {
  const { capabilities, arguments: args, allowed, violations, notes } = call;
  return JSON.stringify({
    ...call,
    capabilities: parsed(capabilities),
    arguments: args === null ? null : parsed(args),
    allowed: allowed === 1,
    violations: parsed(violations),
    notes: parsed(notes),
  });
}

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return json;
    throw error;
  }
}
