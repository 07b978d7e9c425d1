// Which trace a message belongs to, as its client says: W3C Trace Context and Baggage in `_meta` (MCP SEP-414), or in the
// headers of the HTTP request that brought it. What is not as those say counts as if it were not there.

/** The members of `_meta`, and the headers. */
const traceKeys = ['traceparent', 'tracestate', 'baggage'] as const;

/** What may hold them: `_meta`, or headers as Node reads them. */
type Carrier = Readonly<Record<string, unknown>>;

export type TraceHeaders = Readonly<Partial<Record<(typeof traceKeys)[number], string>>>;

/** The span that a message is a child of. */
export interface ParentSpan {
  /** 32 hexadecimal digits in lower case, not all of them 0. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** What tracing systems want passed on with it; null where there is nothing (valid). */
  readonly tracestate: string | null;
}

/** Of version 00, and of later ones as far as they say the same (Trace Context, section 3.2.2 and 3.3). */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/u;
const SAMPLED = 1;

/** Trace Context, section 3.3.1: what is longer need not be passed on. Characters, members. */
const MAX_STATE = 512;
const MAX_STATES = 32;
const STATE_KEY = /^(?:[a-z][\w\-*/]{0,255}|[a-z\d][\w\-*/]{0,240}@[a-z][\w\-*/]{0,13})$/u;
const STATE_VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/u;

/** Baggage, section 3.3.2: bytes, members. */
const MAX_BAGGAGE = 8192;
const MAX_BAGGAGES = 64;
/** `key=value;property;property=value` with what may stand around them (Baggage, section 3.3.1). */
const BAGGAGE =
  /^[\w!#$%&'*+.^`|~-]+[ \t]*=[ \t]*[!#-+\--:<-[\]-~]*(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+(?:[ \t]*=[ \t]*[!#-+\--:<-[\]-~]*)?)*$/u;

/** The span that a `traceparent` and `tracestate` name; null where they name none. */
export function parentIn(carrier: Carrier): ParentSpan | null {
  const { traceparent } = carrier;
  if (typeof traceparent !== 'string') return null;
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return null;
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0,
    tracestate: stateIn(carrier),
  };
}

/** The `baggage` there, where it is any. */
export function baggageIn({ baggage }: Carrier): string | null {
  if (typeof baggage !== 'string' || baggage.length > MAX_BAGGAGE) return null;
  const members = baggage.split(',');
  return members.length <= MAX_BAGGAGES && members.every((one) => BAGGAGE.test(trimmed(one)))
    ? baggage
    : null;
}

/** The trace headers among these, unread; null where there are none. */
export function traceHeadersIn(headers: Carrier): TraceHeaders | null {
  if (headers.traceparent === undefined && headers.baggage === undefined) return null;
  return Object.fromEntries(
    traceKeys.flatMap((key) => (typeof headers[key] === 'string' ? [[key, headers[key]]] : [])),
  );
}

/** As a `traceparent` of version 00. */
export function traceparentOf({ traceId, spanId, isSampled }: Omit<ParentSpan, 'tracestate'>): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/** One wrong member makes all of it void (Trace Context, section 3.3). */
function stateIn({ tracestate }: Carrier): string | null {
  if (typeof tracestate !== 'string' || tracestate.length > MAX_STATE) return null;
  const members = tracestate.split(',').map(trimmed);
  const named = members.filter((one) => one !== '');
  if (named.length === 0 || named.length > MAX_STATES) return null;
  const keys = new Set<string>();
  for (const one of named) {
    const equals = one.indexOf('=');
    const key = one.slice(0, Math.max(equals, 0));
    if (!STATE_KEY.test(key) || !STATE_VALUE.test(one.slice(equals + 1)) || keys.has(key)) return null;
    keys.add(key);
  }
  return tracestate;
}

/** Without the white space that may stand around a member of a list (RFC 9110 section 5.6.3). */
function trimmed(member: string): string {
  return member.replace(/^[ \t]+|[ \t]+$/gu, '');
}
