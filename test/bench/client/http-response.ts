// Reads HTTP/1.1 responses (RFC 9112) as far as the bench needs it: one at a time, from a server that is trusted.

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** The response in these bytes; null while there is not all of it. */
export function readResponse(bytes: Buffer): HttpResponse | null {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const rest = bytes.subarray(end + headEnd.length);
  const body =
    headers.get('transfer-encoding')?.toLowerCase() === 'chunked'
      ? readChunks(rest)
      : readLength(rest, Number(headers.get('content-length') ?? 0));
  return body === null ? null : { status: Number(statusLine.split(' ')[1]), headers, body };
}

function readLength(bytes: Buffer, length: number): string | null {
  return bytes.length < length ? null : bytes.toString('utf8', 0, length);
}

/** RFC 9112, section 7.1; null until the last chunk and the empty line behind it are there. */
function readChunks(bytes: Buffer): string | null {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const sizeEnd = bytes.indexOf(lineEnd, at);
    if (sizeEnd < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16);
    if (Number.isNaN(size)) throw new Error('A chunk has no size');
    const from = sizeEnd + lineEnd.length;
    const next = from + size + lineEnd.length;
    if (bytes.length < next) return null;
    if (size === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(bytes.subarray(from, from + size));
    at = next;
  }
}
