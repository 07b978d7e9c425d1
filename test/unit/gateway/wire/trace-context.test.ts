// What clients say of the trace that a message belongs to: as W3C Trace Context and Baggage have it, or not at all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baggageIn,
  parentIn,
  traceHeadersIn,
  traceparentOf,
} from '../../../../electron/gateway/wire/trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const hexadecimal = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
const traceparent = `00-${traceId}-${spanId}-01`;

describe('parentIn', () => {
  it('reads a traceparent', () => {
    expect(parentIn({ traceparent })).toEqual({ traceId, spanId, isSampled: true, tracestate: null });
    expect(parentIn({ traceparent: `00-${traceId}-${spanId}-00` })?.isSampled).toBe(false);
    expect(parentIn({ traceparent: `00-${traceId}-${spanId}-fe` })?.isSampled).toBe(false);
  });

  it('reads of a later version what it has of this one', () => {
    expect(parentIn({ traceparent: `cc-${traceId}-${spanId}-01-what-else` })?.spanId).toBe(spanId);
  });

  it.each([
    undefined,
    7,
    null,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `cc-${traceId}-${spanId}-01.more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    ` ${traceparent}`,
    `${traceparent}\n`,
    [traceparent],
  ])('takes %j for none', (given) => {
    expect(parentIn({ traceparent: given, tracestate: 'a=1' })).toBeNull();
  });

  it.each(['a=1', 'rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE', 'fw529a3039@dt=FfAq,', '0a@b=-*/ ~'])(
    'has the tracestate %j',
    (tracestate) => {
      expect(parentIn({ traceparent, tracestate })?.tracestate).toBe(tracestate);
    },
  );

  it.each([
    '',
    ',',
    'a',
    '=1',
    'A=1',
    'a=1,a=2',
    'a=1=2',
    'a=é',
    'a=1,b',
    `a=${'x'.repeat(257)}`,
    'x'.repeat(600),
  ])('leaves the tracestate %j out', (tracestate) => {
    expect(parentIn({ traceparent, tracestate })?.tracestate).toBeNull();
  });

  it('has at most 32 members in it', () => {
    const state = (count: number) => Array.from({ length: count }, (_, n) => `k${n}=v`).join(',');
    expect(parentIn({ traceparent, tracestate: state(32) })?.tracestate).toBe(state(32));
    expect(parentIn({ traceparent, tracestate: state(33) })?.tracestate).toBeNull();
  });

  it('reads what traceparentOf writes', () => {
    const hex = (length: number) =>
      fc
        .string({ unit: fc.constantFrom(...hexadecimal), minLength: length, maxLength: length })
        .filter((digits) => /[^0]/u.test(digits));
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (trace, span, isSampled) => {
        const parent = { traceId: trace, spanId: span, isSampled };
        expect(parentIn({ traceparent: traceparentOf(parent) })).toEqual({ ...parent, tracestate: null });
      }),
    );
  });
});

describe('baggageIn', () => {
  it.each(['userId=alice', 'a=1 , b = %20;p;q=1', 'k='])('takes %j', (baggage) => {
    expect(baggageIn({ baggage })).toBe(baggage);
  });

  it.each([undefined, 7, '', 'a', 'a=1,', 'a b=1', 'a="1"', 'a=\u00e9', 'a=1\r\nb', `a=${'x'.repeat(8192)}`])(
    'takes %j for none',
    (baggage) => {
      expect(baggageIn({ baggage })).toBeNull();
    },
  );

  it('takes at most 64 members', () => {
    const baggage = Array.from({ length: 65 }, (_, n) => `k${n}=v`).join(',');
    expect(baggageIn({ baggage })).toBeNull();
  });
});

describe('traceHeadersIn', () => {
  it('takes what a request has of the three', () => {
    const headers = { host: 'x', traceparent, tracestate: 'a=1', baggage: 'b=2' };
    expect(traceHeadersIn(headers)).toEqual({ traceparent, tracestate: 'a=1', baggage: 'b=2' });
    expect(traceHeadersIn({ host: 'x', baggage: 'b=2' })).toEqual({ baggage: 'b=2' });
    expect(traceHeadersIn({ host: 'x' })).toBeNull();
  });
});
