// One connection, as bytes: what is sent on it, and what comes back until it is closed.
import { connect } from 'node:net';

export interface Outcome {
  /** Of the first response; null where the connection was closed without one, `late` where neither came. */
  readonly status: number | 'late' | null;
  readonly text: string;
  readonly ms: number;
}

/** Sends bytes, and waits until the other side closes the connection; not longer than `patienceMs`. */
export function exchange(url: string, bytes: Buffer, patienceMs: number): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  const from = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let late = false;
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const patience = setTimeout(() => {
      late = true;
      socket.destroy();
    }, patienceMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    // A reset is an end like any other here.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(patience);
      const text = Buffer.concat(chunks).toString('latin1');
      const status = /^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)?HTTP\/1\.1 (?<status>[2-5]\d\d) /u.exec(text)
        ?.groups?.status;
      resolve({
        status: late ? 'late' : status === undefined ? null : Number(status),
        text,
        ms: performance.now() - from,
      });
    });
  });
}
