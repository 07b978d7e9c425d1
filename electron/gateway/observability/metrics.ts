// What Prometheus is told of the proxy: every metric by its name, and the one place where they are counted.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { VerdictReason } from '../../shared/domain.ts';
import { answerOf, type Call, type CallOutcome, type Verdict } from '../call.ts';
import type { AuditShipping } from '../ports.ts';
import { boundedLabels, OTHER } from './bounded-labels.ts';
import { shippingMetrics } from './shipping-metrics.ts';

/** What is asked anew at each scrape. */
export interface MeasuredState {
  /** Whether calls can get through. */
  readonly ready: boolean;
  readonly activeSessions: number;
  readonly servers: readonly { readonly name: string; readonly connected: boolean }[];
  readonly auditFlushes: number;
  /** Spans that did not get to the collector. */
  readonly lostSpans: { readonly dropped: number; readonly failed: number };
}

export type ForwardedCall = Pick<Call, 'method' | 'tool'>;

export interface Metrics {
  recorded(call: Call, verdict: Verdict, isRefused: boolean): void;
  /** A message was refused before it became a call. */
  refused(): void;
  /** A forwarded call is over; its server took `upstreamSeconds`, null where it was not sent. */
  completed(call: ForwardedCall, outcome: CallOutcome, upstreamSeconds: number | null): void;
  /** An evaluation of the policy took so long, seconds. */
  evaluated(seconds: number): void;
  sessionOpened(transport: string): void;
  /** After so many seconds. */
  sessionEnded(seconds: number): void;
  /** The text format of Prometheus, and its media type. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** That are there from the start, so that the first one is seen as a change. */
const ANSWERS = ['allow', 'deny', 'no_answer', 'nobody_to_ask', 'withdrawn'];

/** Where the policy was not asked. */
const withoutPolicy = new Set<VerdictReason>(['paused', 'policy_off']);

const MAX_METHODS = 50;
const MAX_TOOLS = 500;
const MAX_RULES = 200;
/** Seconds: from a call that is answered from memory to one that waits for a person. */
const CALL_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120,
];
const EVALUATION_BUCKETS = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1];
const SESSION_BUCKETS = [1, 10, 60, 300, 900, 1800, 3600, 7200];
const WAIT_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/**
 * Both are read at each scrape.
 * @param shipping null where no collector gets the audit log
 */
export function createMetrics(
  state: () => MeasuredState,
  shipping: () => AuditShipping | null = () => null,
): Metrics {
  const registry = new Registry();
  // Event-loop lag, memory, garbage collections and handles of the thread that carries the calls.
  collectDefaultMetrics({ register: registry });
  // Sums of others, under names that Prometheus keeps for counters.
  for (const sum of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${sum}_total`);
  }
  const methodLabel = boundedLabels(MAX_METHODS);
  const toolLabel = boundedLabels(MAX_TOOLS);
  const ruleLabel = boundedLabels(MAX_RULES);

  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `mcp_proxy_${name}`, help, labelNames, registers: [registry] });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ) => new Histogram({ name: `mcp_proxy_${name}`, help, buckets, labelNames, registers: [registry] });
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect: (this: Gauge<L>) => void = () => undefined,
  ) => new Gauge({ name: `mcp_proxy_${name}`, help, labelNames, registers: [registry], collect });

  const requests = counter('requests_total', 'Messages of clients, by what became of them.', [
    'method',
    'tool',
    'allowed',
    'status',
  ]);
  const duration = histogram(
    'request_duration_seconds',
    'From a message that was read to its answer, waiting for a person included.',
    CALL_BUCKETS,
    ['method'],
  );
  const inFlight = gauge('requests_in_flight', 'Calls that were forwarded and have no answer yet.');
  gauge(
    'ready',
    '1 while calls can get through: running, a policy in force, the audit log writable.',
    [],
    function () {
      this.set(state().ready ? 1 : 0);
    },
  );
  gauge('active_sessions', 'Sessions that are open.', [], function () {
    this.set(state().activeSessions);
  });
  const sessions = counter('sessions_total', 'Sessions that were opened.', ['transport']);
  const sessionDuration = histogram('session_duration_seconds', 'How long sessions lasted.', SESSION_BUCKETS);
  const decisions = counter('policy_decisions_total', 'What the policy said of calls.', [
    'decision',
    'rule',
    'mode',
  ]);
  const evaluation = histogram(
    'policy_evaluation_seconds',
    'How long the policy took for one call.',
    EVALUATION_BUCKETS,
  );
  counter('policy_cache_hits_total', 'Stays 0: decisions are not cached.');
  counter('policy_cache_misses_total', 'Stays 0: decisions are not cached.');
  const upstream = counter('upstream_requests_total', 'Calls that were forwarded, by how they ended.', [
    'status',
  ]);
  const upstreamDuration = histogram(
    'upstream_request_duration_seconds',
    'How long forwarded calls took, waiting for a person left out.',
    CALL_BUCKETS,
  );
  gauge('upstream_connected', '1 while the server is not known to be down.', ['server'], function () {
    this.reset();
    for (const { name, connected } of state().servers) this.set({ server: name }, connected ? 1 : 0);
  });
  const written = counter('audit_records_written_total', 'Records and outcomes in the audit log.');
  counter('audit_records_dropped_total', 'Stays 0: no call goes on without its record.');
  let flushesSeen = 0;
  new Counter({
    name: 'mcp_proxy_audit_flushes_total',
    help: 'Commits of the audit log.',
    registers: [registry],
    collect() {
      const { auditFlushes } = state();
      this.inc(auditFlushes - flushesSeen);
      flushesSeen = auditFlushes;
    },
  });
  const lostSeen = { dropped: 0, failed: 0 };
  new Counter({
    name: 'mcp_proxy_trace_spans_lost_total',
    help: 'Spans that did not get to the collector: dropped for want of room, or not delivered.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      const { lostSpans } = state();
      for (const reason of ['dropped', 'failed'] as const) {
        this.inc({ reason }, lostSpans[reason] - lostSeen[reason]);
        lostSeen[reason] = lostSpans[reason];
      }
    },
  });
  shippingMetrics(registry, shipping);
  const approvals = counter('approvals_total', 'Calls that a person was asked about.', ['answer']);
  for (const answer of ANSWERS) approvals.inc({ answer }, 0);
  const approvalWait = histogram(
    'approval_wait_seconds',
    'How long calls waited for a person.',
    WAIT_BUCKETS,
  );

  const ofCall = ({ method, tool }: ForwardedCall) => ({
    method: methodLabel(method),
    tool: tool === null ? '' : toolLabel(tool),
  });

  return {
    recorded(call, verdict, isRefused) {
      written.inc();
      if (isRefused) requests.inc({ ...ofCall(call), allowed: 'false', status: 'denied' });
      else inFlight.inc();
      const { decision, mode, reason, waitedMs } = verdict;
      if (call.treatment === 'enforce' && !withoutPolicy.has(reason)) {
        const rule = ruleLabel(decision.matchedRule ?? '');
        decisions.inc({ decision: answerOf(decision), rule, mode });
      }
      if (waitedMs === null) return;
      approvals.inc({ answer: reason === 'person' ? (verdict.allow ? 'allow' : 'deny') : reason });
      approvalWait.observe(waitedMs / 1000);
    },
    refused() {
      written.inc();
      // Whoever is refused there could name any method.
      requests.inc({ method: OTHER, tool: '', allowed: 'false', status: 'refused' });
    },
    completed(call, { status, latencyMicros }, upstreamSeconds) {
      written.inc();
      inFlight.dec();
      const labels = ofCall(call);
      requests.inc({ ...labels, allowed: 'true', status });
      upstream.inc({ status });
      if (latencyMicros !== null) duration.observe({ method: labels.method }, latencyMicros / 1e6);
      if (upstreamSeconds !== null) upstreamDuration.observe(upstreamSeconds);
    },
    evaluated: (seconds) => evaluation.observe(seconds),
    sessionOpened: (transport) => sessions.inc({ transport }),
    sessionEnded: (seconds) => sessionDuration.observe(seconds),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
