// What goes out: error responses, and events on a stream.
import { describe, expect, it } from 'vitest';
import { errors, type ErrorName } from '../../../../electron/gateway/errors.ts';
import { errorResponse, refusalMessage } from '../../../../electron/gateway/wire/error-response.ts';
import { endpointEvent, keepAlive, messageEvent } from '../../../../electron/gateway/wire/sse.ts';

const parsed = (json: Buffer): unknown => JSON.parse(json.toString());

describe('an error response', () => {
  it.each(Object.keys(errors) as ErrorName[])('carries code and message of %s', (error) => {
    expect(parsed(errorResponse(7, { error }))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: { code: errors[error].code, message: errors[error].message },
    });
  });

  it('says more where more is given, and keeps a null id', () => {
    const refusal = { error: 'invalid_params', message: 'name is missing', data: { tool: null } } as const;
    expect(refusalMessage(refusal)).toBe('name is missing');
    expect(parsed(errorResponse(null, refusal))).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32602, message: 'name is missing', data: { tool: null } },
    });
  });
});

const framed = (json: Buffer) => Buffer.concat(messageEvent(json)).toString();

describe('an event', () => {
  it('frames a message on one data line, whatever line breaks it has', () => {
    const event = framed(Buffer.from('{\n"a":\r\n"b\\n"\r}'));
    expect(event).toBe('event: message\ndata: { "a":  "b\\n" }\n\n');
  });

  it('cannot be ended from inside a message', () => {
    const hostile = Buffer.from('{"jsonrpc":"2.0",\n\nevent: endpoint\ndata: /evil\n\n"id":1}');
    expect(framed(hostile).trimEnd().split('\n')).toHaveLength(2);
  });

  it('holds a large message itself, and no copy of it', () => {
    const large = Buffer.alloc(100_000, 'x');
    expect(messageEvent(large)).toContain(large);
    expect(framed(large)).toBe(`event: message\ndata: ${large.toString()}\n\n`);
  });

  it('names the endpoint', () => {
    expect(endpointEvent('/message?sessionId=s')).toBe('event: endpoint\ndata: /message?sessionId=s\n\n');
  });

  it('keeps alive by a comment', () => {
    expect(keepAlive.toString()).toMatch(/^:.*\n\n$/u);
  });
});
