import { describe, expect, it } from 'vitest';
import { readResponse } from '../../bench/client/http-response.ts';

const withLength = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"ä"';
const inChunks =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n3\r\n1\n\n\r\n0\r\n\r\n';

describe('readResponse', () => {
  it('reads a body with a length in bytes', () => {
    const response = readResponse(Buffer.from(withLength));
    expect(response).toMatchObject({ status: 200, body: '"ä"' });
    expect(response?.headers.get('content-type')).toBe('application/json');
  });

  it('puts chunks together', () => {
    expect(readResponse(Buffer.from(inChunks))?.body).toBe('data: 1\n\n');
  });

  it('knows a response without a body', () => {
    expect(readResponse(Buffer.from('HTTP/1.1 202 Accepted\r\n\r\n'))).toMatchObject({
      status: 202,
      body: '',
    });
  });

  it.each([
    ['with a length', withLength],
    ['in chunks', inChunks],
  ])('waits for all of a body %s', (_, text) => {
    const bytes = Buffer.from(text);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(readResponse(bytes.subarray(0, length))).toBeNull();
    }
  });
});
