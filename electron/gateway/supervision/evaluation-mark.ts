// A piece of memory in which the gateway's thread says what it evaluates, and its host sees when that does not end.
//
// wasm can't be interrupted, and a thread in it hears nothing: only memory that both see tells what it is at.
import type { EvaluationMark } from '../ports.ts';
import type { RunawayCall } from './host-contract.ts';

/** A counter that is odd while an evaluation runs, the lengths of the texts, and the time limit. */
const header = 4;
const headerBytes = header * Int32Array.BYTES_PER_ELEMENT;
const policyBytes = 128;
const callBytes = 1024;

export function evaluationMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + policyBytes + callBytes);
}

/** The side that writes: what is there before the counter turns odd is read while it is. */
export function createEvaluationMark(memory: SharedArrayBuffer): EvaluationMark {
  const numbers = new Int32Array(memory, 0, header);
  const policy = Buffer.from(memory, headerBytes, policyBytes);
  const callText = Buffer.from(memory, headerBytes + policyBytes, callBytes);
  return {
    policy(hash, timeoutMs) {
      Atomics.store(numbers, 1, policy.write(hash));
      Atomics.store(numbers, 3, timeoutMs);
    },
    begin({ requestId, at, session, sourceIp, server, method, tool, resource }) {
      // What others name stands last: it may hold a separator, and may be cut.
      numbers[2] = callText.write(
        `${requestId}\n${at}\n${session.id}\n${sourceIp}\n${server}\n${method}\n${tool ?? resource ?? ''}`,
      );
      Atomics.add(numbers, 0, 1);
    },
    end() {
      Atomics.add(numbers, 0, 1);
    },
  };
}

export interface EvaluationWatch {
  close(): void;
}

/** What did not end: the hash of the policy, and the call. */
export interface Overrun {
  readonly hash: string;
  readonly call: RunawayCall;
}

/** The call in short, for people. */
export function nameOf({ requestId, method, target }: RunawayCall): string {
  return `${requestId} (${method} ${target})`;
}

function readCall(text: string): RunawayCall {
  const [requestId = '', at = '', sessionId = '', sourceIp = '', server = '', method = '', ...target] =
    text.split('\n');
  return { requestId, at: Number(at), sessionId, sourceIp, server, method, target: target.join('\n') };
}

/** Time between two looks, milliseconds. */
const lookMs = 500;
/** An evaluation is not ended before this, milliseconds: it may be the machine that is slow. */
const leastMs = 1000;

/**
 * Calls `onOverrun` once, when one evaluation has run for longer than its time limit and a second. Counts its own looks
 * and reads no clock: while the watching thread did not run (the machine slept), the other one may not have run either.
 */
export function watchEvaluations(
  memory: SharedArrayBuffer,
  onOverrun: (overrun: Overrun) => void,
): EvaluationWatch {
  const numbers = new Int32Array(memory, 0, header);
  const text = (at: number, length: number) => Buffer.from(memory, at, length).toString();
  let last = 0;
  let same = 0;
  const timer = setInterval(() => {
    const now = Atomics.load(numbers, 0);
    same = now === last && now % 2 !== 0 ? same + 1 : 0;
    last = now;
    if (same * lookMs < Math.max(leastMs, Atomics.load(numbers, 3))) return;
    clearInterval(timer);
    onOverrun({
      hash: text(headerBytes, Atomics.load(numbers, 1)),
      call: readCall(text(headerBytes + policyBytes, Atomics.load(numbers, 2))),
    });
  }, lookMs);
  return { close: () => clearInterval(timer) };
}
