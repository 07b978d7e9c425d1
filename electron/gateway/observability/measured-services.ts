// Services with a count of what they do: they answer as they would without it.
import type { CallLog, Clock, PolicyEngine } from '../ports.ts';
import type { ForwardedCall, Metrics } from './metrics.ts';

/** Counts every record and its outcome; from that follows what became of each call. */
export function measuredLog(log: CallLog, metrics: Metrics, clock: Clock): CallLog {
  /** Calls that wait for their outcome, and when they were handed on, monotonic microseconds. */
  const forwarded = new Map<number, { readonly call: ForwardedCall; readonly sinceMicros: number }>();
  return {
    async record(call, verdict, refusal) {
      const id = await log.record(call, verdict, refusal);
      metrics.recorded(call, verdict, refusal !== null);
      const { method, tool } = call;
      if (refusal === null) {
        forwarded.set(id, { call: { method, tool }, sinceMicros: clock.monotonicMicros() });
      }
      return id;
    },
    refused(message) {
      metrics.refused();
      return log.refused(message);
    },
    complete(id, outcome) {
      log.complete(id, outcome);
      const known = forwarded.get(id);
      if (known === undefined || !forwarded.delete(id)) return;
      const { call, sinceMicros } = known;
      const wasSent = outcome.latencyMicros !== null;
      metrics.completed(call, outcome, wasSent ? (clock.monotonicMicros() - sinceMicros) / 1e6 : null);
    },
    note: (event) => log.note(event),
    close: () => log.close(),
  };
}

/** Times each evaluation. */
export function measuredPolicy(policy: PolicyEngine, metrics: Metrics, clock: Clock): PolicyEngine {
  return {
    decide(call) {
      const since = clock.monotonicMicros();
      const decision = policy.decide(call);
      metrics.evaluated((clock.monotonicMicros() - since) / 1e6);
      return decision;
    },
    standing: (call, decision) => policy.standing(call, decision),
    lists: (call, isTemplate) => policy.lists(call, isTemplate),
    overview: () => policy.overview(),
    close: () => policy.close(),
  };
}
