import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../electron/gateway/call.ts';
import {
  argumentText as textOf,
  keptArgumentBytes,
} from '../../../../electron/gateway/audit/argument-text.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { callOf, sampleCall } from './samples.ts';

const argumentText = (call: Call) => textOf(call, sampleRedactor().of(call, []));

describe('argumentText', () => {
  it('keeps big integers, number formats, spaces and order as the client wrote them', () => {
    const text = '{ "id" : 12345678901234567890, "price": 1.50, "2": "b", "1": "\\u00fc" }';
    expect(argumentText(sampleCall({ argumentsText: text }))).toEqual({ text, bytes: text.length });
  });

  it('finds params wherever it stands, and with escapes in its name', () => {
    const call = callOf(
      ' {"params":{"_meta":{"arguments":{"not":"these"}},"\\u0061rguments":{"a":[1,{"b":"}\\""}]}},\n"method":"tools/call","id":1}',
    );
    expect(argumentText(call).text).toBe('{"a":[1,{"b":"}\\""}]}');
  });

  it('is not misled by a key that only begins like it', () => {
    const call = callOf(
      '{"method":"tools/call","params_":1,"para":2,"params":{"argument":3,"argumentsX":4,"arguments":{"right":true}}}',
    );
    expect(argumentText(call).text).toBe('{"right":true}');
  });

  it('takes all params of a method without arguments', () => {
    const call = callOf(
      '{"id":1,"method":"resources/read","params":{"uri":"file:///a","x":9007199254740993}}',
    );
    expect(argumentText(call).text).toBe('{"uri":"file:///a","x":9007199254740993}');
  });

  it('writes an empty object where the client sent no arguments', () => {
    expect(argumentText(callOf('{"method":"tools/call","params":{"name":"t"}}')).text).toBe('{}');
  });

  it('takes arguments that are not an object', () => {
    const call = callOf('{"method":"tools/call","params":{"arguments":12 ,"name":"t"}}');
    expect(argumentText(call).text).toBe('12');
  });

  it('cuts what is longer than the limit, at a whole character, and says how long it was', () => {
    const text = JSON.stringify({ text: 'ü'.repeat(keptArgumentBytes) });
    const stored = argumentText(sampleCall({ argumentsText: text }));
    const whole = Buffer.byteLength(text);
    expect(stored.bytes).toBe(whole);
    expect(stored.text.endsWith(`ü… [cut: ${whole} bytes in all]`)).toBe(true);
    expect(Buffer.byteLength(stored.text)).toBeLessThan(keptArgumentBytes + 64);
    expect(stored.text).not.toContain('\uFFFD');
  });

  it('gives back any JSON exactly as it stood in the message', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), fc.constantFrom('', ' ', '\n\t'), (value, other, space) => {
        const text = `{"o":${other},"method":"tools/call",${space}"params"${space}:${space}{"m":${other}${space},"arguments":${space}${value}${space}}${space}}`;
        expect(argumentText(callOf(text)).text.trim()).toBe(value.trim());
      }),
    );
  });
});
