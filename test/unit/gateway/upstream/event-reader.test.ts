// Server-sent events as bytes.
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventReader } from '../../../../electron/gateway/upstream/event-reader.ts';

interface Seen {
  readonly events: [type: string, data: string][];
  readonly ids: string[];
  readonly retries: number[];
  tooLarge: number;
}

function read(chunks: readonly Buffer[], maxBytes = 1000): Seen {
  const seen: Seen = { events: [], ids: [], retries: [], tooLarge: 0 };
  const reader = createEventReader({
    maxBytes,
    event: (type, data) => void seen.events.push([type, data.toString()]),
    lastId: (id) => void seen.ids.push(id),
    retry: (ms) => void seen.retries.push(ms),
    tooLarge: () => void (seen.tooLarge += 1),
  });
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

describe('createEventReader', () => {
  it('gives back any text that stands in one event, however it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), (text, size) => {
        const json = JSON.stringify({ text });
        const bytes = Buffer.from(`data: ${json}\n\n`);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(read(chunks, 100_000).events).toEqual([['message', json]]);
      }),
    );
  });

  it('reads any stream as another reader of events does, however it is cut', () => {
    const piece = fc.constantFrom(
      'data',
      'event',
      'id',
      'retry',
      'datax',
      ':',
      ': ',
      ' ',
      'a',
      '7',
      '\n',
      '\n\n',
      '\r',
      '\r\n',
      '\0',
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (source, size) => {
        const expected: Seen = { events: [], ids: [], retries: [], tooLarge: 0 };
        const parser = createParser({
          onEvent: ({ event, data }) => void expected.events.push([event ?? 'message', data]),
          onId: (id) => void expected.ids.push(id),
          onRetry: (ms) => void expected.retries.push(ms),
        });
        parser.feed(source);
        // It waits with a last carriage return for the line feed that might follow.
        parser.feed(' ');
        const bytes = Buffer.from(source);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(read(chunks)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes an event of just the bound', () => {
    expect(read([Buffer.from('data: xxxxxxxxxx\n\n')], 10).events).toEqual([['message', 'xxxxxxxxxx']]);
    expect(read([Buffer.from('data: xxxxx\ndata:xxxx\n\n')], 10).events).toEqual([
      ['message', 'xxxxx\nxxxx'],
    ]);
  });

  it('joins data lines by line feeds and knows every kind of line end', () => {
    expect(read([Buffer.from('data: a\r\ndata: b\r\n\r\nevent: endpoint\rdata:c\r\r')]).events).toEqual([
      ['message', 'a\nb'],
      ['endpoint', 'c'],
    ]);
  });

  it('tells ids and retry times, with events and without', () => {
    const seen = read([Buffer.from('\ufeffid: 1\nretry: 10\n\nid: 2\ndata: x\n\nid\ndata: y\n\n')]);
    expect(seen.ids).toEqual(['1', '2', '']);
    expect(seen.retries).toEqual([10]);
  });

  it.each([
    ['in one chunk', [Buffer.from(`data: ${'x'.repeat(11)}\n\ndata: y\n\n`)]],
    ['in pieces', [Buffer.from('data: xxxxxxx'), Buffer.from('xxxxxxxx\n'), Buffer.from('\n\ndata: y\n\n')]],
    ['in lines', [Buffer.from('data: xxxxxx\ndata: xxxxxx\n\ndata: y\n\n')]],
  ])('stops at an event over the bound, %s', (_how, chunks) => {
    const seen = read(chunks, 10);
    expect(seen).toMatchObject({ events: [], tooLarge: 1 });
  });
});
