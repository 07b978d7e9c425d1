// What differs between the versions of MCP that a client may speak here.
import type { Refusal } from '../errors.ts';

const SUPPORTED = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
/** The last version in which a body may be a batch, and the one to assume where none was settled. */
const LAST_WITH_BATCHES = '2025-03-26';

/** The first version whose clients take an event without data, and a stream that ends before the answer. */
const FIRST_WITH_PRIMING = '2025-11-25';

/** Checks an `MCP-Protocol-Version` header; a missing one is fine (MCP 2025-11-25, protocol version header). */
export function refusedVersion(header: string | string[] | undefined): Refusal | null {
  if (header === undefined || (typeof header === 'string' && SUPPORTED.includes(header))) return null;
  const message = `Unsupported MCP-Protocol-Version; supported: ${SUPPORTED.join(', ')}`;
  return { error: 'unsupported_version', message };
}

/** Checks whether a session that settled on this version may send batches (MCP 2025-06-18, changelog). */
export function refusedBatch(settled: string | null): Refusal | null {
  if ((settled ?? LAST_WITH_BATCHES) <= LAST_WITH_BATCHES) return null;
  return { error: 'invalid_request', message: `Batches ended with MCP ${LAST_WITH_BATCHES}` };
}

/** Whether streams of a session that settled on this version begin with a priming event (MCP 2025-11-25, transports). */
export function takesPriming(settled: string | null): boolean {
  return settled !== null && settled >= FIRST_WITH_PRIMING;
}
