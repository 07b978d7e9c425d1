// Services with spans of what they do: they answer as they would without them.
import { type Attributes, type HrTime, type Span, SpanKind, type Tracer } from '@opentelemetry/api';
import { answerOf, type Call, type CallOutcome } from '../call.ts';
import type { Approver, CallLog, Logger, PolicyEngine, Redactor } from '../ports.ts';
import type { Forward, VerdictPath } from '../verdict-path.ts';
import {
  callerAttributes,
  endedAtServer,
  endedForClient,
  failAsCancelled,
  failBy,
  type Named,
  spanName,
  targetAttributes,
  verdictAttributes,
} from './call-attributes.ts';
import { createRunningTraces } from './running-traces.ts';
import { recordedTrace, Trace } from './trace.ts';

export interface TracedServices {
  /** The path, with a span for each call from its message to its answer, and one for its time at the server. */
  path(passDown: VerdictPath): VerdictPath;
  /** The log, with a span for each record; its outcomes end those of the path. */
  log(log: CallLog): CallLog;
  policy(policy: PolicyEngine): PolicyEngine;
  approver(approver: Approver): Approver;
  /** Lines about a call that is traced say in which trace. */
  logger(logger: Logger): Logger;
}

export interface TracingCollaborators {
  readonly tracer: Tracer;
  readonly redactor: Pick<Redactor, 'words'>;
  readonly now: () => HrTime;
  /** How the server with this name is reached. */
  readonly serverAttributes: (server: string) => Attributes;
}

/** What is open of a call that is at its server. */
interface Forwarded {
  readonly trace: Trace;
  readonly upstream: Span;
}

export function createTracedServices(collaborators: TracingCollaborators): TracedServices {
  const { tracer, redactor, now, serverAttributes } = collaborators;
  /** By record. */
  const forwarded = new Map<number, Forwarded>();
  const running = createRunningTraces();

  /** The span of one step of a call, from now on. */
  function step(trace: Trace, name: string, kind: SpanKind = SpanKind.INTERNAL): Span {
    return tracer.startSpan(name, { kind, startTime: now() }, trace.context);
  }

  function named({ method, tool, resource }: Call): Named {
    const all = [method, tool, resource].join('\n');
    if (redactor.words(all) === all) return { method, tool, resource };
    const words = (text: string | null) => text && redactor.words(text);
    return { method: redactor.words(method), tool: words(tool), resource: words(resource) };
  }

  function complete(id: number, outcome: CallOutcome): void {
    const open = forwarded.get(id);
    if (open === undefined || !forwarded.delete(id)) return;
    const { trace, upstream } = open;
    const at = now();
    endedAtServer(upstream, outcome);
    upstream.end(at);
    endedForClient(trace.span, outcome);
    trace.span.end(at);
    running.over(trace);
  }

  return {
    path: (passDown) => async (call, withdrawn, forward, client) => {
      const { message } = call;
      if (message.kind === 'response') return passDown(call, withdrawn, forward, client);
      const names = named(call);
      const name = spanName(names);
      const trace = new Trace(tracer, name, message, now());
      const { span, isRecorded } = trace;
      if (isRecorded) {
        running.begun(call.requestId, trace);
        span.setAttributes(targetAttributes(names, call));
        span.setAttributes(callerAttributes(call, client.hasOwnSession));
      }
      const handOn: Forward = (allowed, recordId) => {
        let upstream = span;
        if (isRecorded) {
          upstream = step(trace, name, SpanKind.CLIENT);
          upstream.setAttributes(targetAttributes(names, call));
          upstream.setAttributes(serverAttributes(call.server));
          forwarded.set(recordId, { trace, upstream });
        }
        const onward = trace.onward(allowed.message, upstream.spanContext());
        return forward({ ...allowed, message: onward }, recordId);
      };
      const refusal = await passDown(Object.freeze({ ...call, trace }), withdrawn, handOn, client);
      if (refusal !== null) {
        if (withdrawn.aborted) failAsCancelled(span);
        else failBy(span, refusal);
        span.end(now());
        running.over(trace);
      }
      return refusal;
    },

    log: (log) => ({
      async record(call, verdict, refusal) {
        const trace = recordedTrace(call);
        if (trace === null) return log.record(call, verdict, refusal);
        running.begun(call.requestId, trace);
        trace.span.setAttributes(verdictAttributes(verdict));
        const span = step(trace, 'audit');
        try {
          return await log.record(call, verdict, refusal);
        } catch (error) {
          failBy(span, { error: 'audit_unavailable' });
          throw error;
        } finally {
          span.end(now());
        }
      },
      refused: (message) => log.refused(message),
      complete(id, outcome) {
        log.complete(id, outcome);
        complete(id, outcome);
      },
      note: (event) => log.note(event),
      close: () => log.close(),
    }),

    policy: (policy) => ({
      decide(call) {
        const trace = recordedTrace(call);
        if (trace === null) return policy.decide(call);
        const span = step(trace, 'policy');
        const decision = policy.decide(call);
        span.setAttributes({ 'mcp_proxy.policy.decision': answerOf(decision) });
        span.end(now());
        return decision;
      },
      standing: (call, decision) => policy.standing(call, decision),
      lists: (call, isTemplate) => policy.lists(call, isTemplate),
      overview: () => policy.overview(),
      close: () => policy.close(),
    }),

    approver: (approver) => ({
      async ask(call, decision, question, client, withdrawn) {
        const trace = recordedTrace(call);
        if (trace === null) return approver.ask(call, decision, question, client, withdrawn);
        const span = step(trace, 'approval');
        const answer = await approver.ask(call, decision, question, client, withdrawn);
        span.setAttributes({
          'mcp_proxy.approval.allow': answer.allow,
          'mcp_proxy.approval.by': answer.by,
          'mcp_proxy.approval.edited': answer.edited !== null,
        });
        span.end(now());
        return answer;
      },
    }),

    logger: (logger) => running.logger(logger),
  };
}
