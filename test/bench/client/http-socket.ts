// One bare keep-alive socket with one HTTP exchange at a time: the client that costs least.
import { once } from 'node:events';
import { connect } from 'node:net';
import { readResponse, type HttpResponse } from './http-response.ts';

export interface HttpSocket {
  /** `head` is header lines, each with its line end. Rejects where the connection ends before the response. */
  post(path: string, head: string, body: string): Promise<HttpResponse>;
  readonly close: () => void;
}

export async function openHttpSocket({ hostname, port, host }: URL): Promise<HttpSocket> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');

  let received: Buffer = Buffer.alloc(0);
  let waiting: PromiseWithResolvers<HttpResponse> | null = null;
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = null;
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error(`${host} closed the connection`)));
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const response = readResponse(received);
    if (response === null) return;
    received = Buffer.alloc(0);
    waiting?.resolve(response);
    waiting = null;
  });

  return {
    post(path, head, body) {
      waiting = Promise.withResolvers<HttpResponse>();
      const length = Buffer.byteLength(body);
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n${head}` +
          `content-length: ${length}\r\n\r\n${body}`,
      );
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}
