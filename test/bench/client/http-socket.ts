// One bare keep-alive connection with one HTTP exchange at a time: the client that costs least.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readResponse, type HttpResponse } from './http-response.ts';

export interface HttpSocket {
  /**
   * `head` is header lines, each with its line end. Servers end connections that were idle for some seconds: then
   * there is a new one. Rejects where that ends before the response, too.
   */
  readonly post: (path: string, head: string, body: string) => Promise<HttpResponse>;
  readonly close: () => void;
}

export async function openHttpSocket(url: URL): Promise<HttpSocket> {
  let connection = await openConnection(url);

  return {
    async post(path, head, body) {
      const request =
        `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n${head}` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      const response = await connection.exchange(request);
      if (response !== 'closed') return response;
      connection = await openConnection(url);
      const second = await connection.exchange(request);
      if (second === 'closed') throw new Error(`${url.host} closed the connection`);
      return second;
    },
    close: () => connection.socket.destroy(),
  };
}

interface Connection {
  readonly socket: Socket;
  readonly exchange: (request: string) => Promise<HttpResponse | 'closed'>;
}

async function openConnection({ hostname, port }: URL): Promise<Connection> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');

  let received: Buffer = Buffer.alloc(0);
  let closed = false;
  let answer: ((response: HttpResponse | 'closed') => void) | null = null;
  const settle = (response: HttpResponse | 'closed') => {
    received = Buffer.alloc(0);
    answer?.(response);
    answer = null;
  };
  const end = () => {
    closed = true;
    socket.destroy();
    settle('closed');
  };
  socket.on('error', end).on('end', end).on('close', end);
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const response = readResponse(received);
    if (response !== null) settle(response);
  });

  return {
    socket,
    exchange(request) {
      if (closed) return Promise.resolve('closed');
      return new Promise((resolve) => {
        answer = resolve;
        socket.write(request);
      });
    },
  };
}
