// Arguments as they were written: cut out of the message at the right place, whatever surrounds them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../electron/gateway/call.ts';
import { nowhere, valueOf } from '../../../../electron/gateway/wire/json-spans.ts';
import type { RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { writtenArguments } from '../../../../electron/gateway/wire/written-arguments.ts';
import { callOf, clientMessage, request } from '../fakes.ts';
import { anyJson, spelling, trickyString, whiteSpace } from './arbitrary-json.ts';

const written = (call: Call): string => writtenArguments(call).toString();
const callFrom = (text: string): Call => callOf(clientMessage(text) as RequestMessage);

describe('the written arguments', () => {
  it('keep digits, escapes, order and white space', () => {
    const args = '{ "z":12345678901234567890.10, "a" : "\\u0041\\/" }';
    const params = `{"name":"x","arguments": ${args} ,"_meta":{"arguments":{}}}`;
    expect(written(callFrom(`{"id":1,"params":${params},"jsonrpc":"2.0","method":"tools/call"}`))).toBe(args);
  });

  it('are the params where the method has no arguments of its own', () => {
    const params = '{ "uri":"file:\\/\\/x", "arguments":{} }';
    const text = `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":${params}}`;
    expect(written(callFrom(text))).toBe(params);
  });

  it('are empty where none were given', () => {
    expect(written(callOf(request(1, 'tools/call', { name: 'x' })))).toBe('{}');
    expect(written(callFrom('{"jsonrpc":"2.0","id":1,"method":"future/call"}'))).toBe('{}');
    expect(
      written(
        callFrom('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":null}}'),
      ),
    ).toBe('{}');
  });

  it('are not taken from a place that only looks like theirs', () => {
    const decoys = '"x":{"params":{"arguments":1}},"y":"\\"params\\":{","z":["params",{"arguments":2}]';
    const params = '{"a":{"arguments":3},"name":"\\"arguments\\":4","arguments":{"real":true}}';
    const text = `{${decoys},"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
    expect(written(callFrom(text))).toBe('{"real":true}');
  });

  it('are found whatever stands before and behind them, however their name is spelt', () => {
    const members = fc.dictionary(trickyString, anyJson, { maxKeys: 3 });
    const args = fc.dictionary(trickyString, anyJson, { maxKeys: 3 });
    fc.assert(
      fc.property(
        members,
        args,
        members,
        spelling('params'),
        spelling('arguments'),
        whiteSpace,
        (before, given, behind, paramsKey, argumentsKey, space) => {
          const text = JSON.stringify(given, null, space.length);
          const around = (object: object) =>
            Object.entries(object)
              .filter(([key]) => !['params', 'arguments', 'name'].includes(key.toLowerCase()))
              .map(([key, value]) => `${JSON.stringify(key)}${space}:${space}${JSON.stringify(value)}`);
          const argumentsMember = `${argumentsKey}${space}:${space}${text}`;
          const params = `{${[...around(before), '"name":"x"', argumentsMember].join(`${space},`)}${space}}`;
          const json = `{${[`${paramsKey}:${params}`, ...around(behind)].join(`,${space}`)}}`;
          const message: RequestMessage = {
            kind: 'request',
            id: 1,
            method: 'tools/call',
            params: (JSON.parse(json) as { params: Record<string, unknown> }).params,
            bytes: Buffer.from(json),
          };
          const call = { ...callOf(request(1, 'tools/call', { name: 'x' })), message };
          expect(written({ ...call, arguments: message.params.arguments as Record<string, unknown> })).toBe(
            text,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a span', () => {
  it.each(['[1]', '"a"', '1', '{}', '{ }', '{"b":1}', '{"b":{"a":1}}', '{"b":"a"}'])(
    'is nowhere in %s',
    (text) => {
      expect(valueOf(Buffer.from(text), 0, Buffer.from('a'))).toBe(nowhere);
    },
  );
});
