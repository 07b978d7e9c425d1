import { describe, expect, it } from 'vitest';
import {
  clock,
  date,
  nanosOf,
  parseRfc3339Nanos,
  weekday,
} from '../../../../../electron/gateway/policy/builtins/time.ts';
import { parseRegoValue } from '../../../../../electron/gateway/policy/rego-value-parser.ts';
import { serializeValue, type RegoValue } from '../../../../../electron/gateway/policy/rego-value.ts';
import { opaEval } from '../opa-eval.ts';

const json = (value: RegoValue | undefined): unknown =>
  value === undefined ? undefined : JSON.parse(serializeValue(value));

const instants = [
  '0',
  '-1',
  '-86400000000001',
  '1709210096789012345',
  '1719792000000000000',
  '1730019600000000000',
  '1743296399999999999',
  '-9223372036854775808',
  '9223372036854775807',
];
const zones = [
  '',
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Kiritimati',
  'No/Where',
  '+01:00',
];
const operands = [
  ...instants,
  ...instants.flatMap((nanos) => zones.map((zone) => `[${nanos}, "${zone}"]`)),
  ...['9223372036854775808', '1.5', '"now"', '[]', '["now"]', '[0, 1]', 'null'],
];

describe('times', () => {
  it.each([
    ['time.clock', clock],
    ['time.date', date],
    ['time.weekday', weekday],
  ] as const)('%s is that of `opa eval`, in every zone', (name, builtin) => {
    const judged = opaEval(`${name}(x)`, operands);
    const ours = operands.map((operand) => json(builtin(parseRegoValue(operand))));
    expect(ours).toEqual(judged);
    expect(ours.filter((value) => value === undefined).length).toBeGreaterThan(10);
  });

  it('time.parse_rfc3339_ns is that of `opa eval`, to the nanosecond', () => {
    const texts = [
      '2024-02-29T12:34:56Z',
      '2024-02-29T12:34:56.789Z',
      '2024-02-29T12:34:56.123456789Z',
      '2024-02-29T12:34:56.1234567891Z',
      '2024-02-29T12:34:56+05:30',
      '1969-12-31T23:59:59-00:01',
      '2023-02-29T00:00:00Z',
      '2024-13-01T00:00:00Z',
      '2024-01-01T24:00:00Z',
      '2024-01-01T00:60:00Z',
      '2024-01-01T00:00:60Z',
      '2024-01-01T00:00:00+25:00',
      '2024-01-01T00:00:00+01:60',
      '2024-01-01T00:00:00+24:00',
      '2024-01-01T00:00:00-24:61',
      '2024-01-01 00:00:00Z',
      '2024-01-01T00:00:00',
      '2024-01-01',
      '2024-01-01t00:00:00z',
      '2024-01-01T00:00:00.Z',
      '1600-01-01T00:00:00Z',
      '2300-01-01T00:00:00Z',
      '',
    ];
    const documents = texts.map((text) => JSON.stringify(text));
    const judged = opaEval('format_int(time.parse_rfc3339_ns(x), 10)', documents);
    const ours = texts.map((text) => {
      const nanos = parseRfc3339Nanos(text);
      return nanos && serializeValue(nanos);
    });
    expect(ours).toEqual(judged);
    expect(parseRfc3339Nanos(null)).toBeUndefined();
  });

  it('time.now_ns is given, in nanoseconds', () => {
    expect(nanosOf(1_750_000_000_123.7)).toBe(1_750_000_000_123_000_000n);
  });
});
