// Connections as bytes: what is sent is what a test says, whether it is HTTP or not.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Sends bytes as they are, ends its side, and gives everything that comes back. */
export async function raw(port: number, text: string): Promise<string> {
  const client = await dial(port);
  client.socket.end(text);
  return client.whole();
}

export interface RawClient {
  readonly socket: Socket;
  /** Everything that came, once the other side has closed. */
  whole(): Promise<string>;
}

/** Opens a connection and sends nothing yet. */
export async function dial(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  // A reset is an end like any other here.
  socket.on('error', () => socket.destroy());
  return {
    socket,
    async whole() {
      await closed;
      return Buffer.concat(chunks).toString();
    },
  };
}
