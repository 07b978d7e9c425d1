// Reads a stream of server-sent events as bytes, so that what they carry stays as it is, and is copied once at most
// (HTML Standard, section 9.2).
import { gatherBytes } from '../wire/gathered-bytes.ts';

export interface EventReader {
  push(chunk: Buffer): void;
}

export interface EventReaderOptions {
  readonly maxBytes: number;
  /** `type` is `message` where the event names none. Several data lines are joined by line feeds. */
  readonly event: (type: string, data: Buffer) => void;
  /** The id to resume after; empty where the server takes it back. Called before the event that it came with. */
  readonly lastId?: (id: string) => void;
  /** How long to wait before the next connection, milliseconds. */
  readonly retry?: (ms: number) => void;
  /** An event over `maxBytes`; nothing is read after it. */
  readonly tooLarge: () => void;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const lineFeed = Buffer.from('\n');
const byteOrderMark = Buffer.from('\ufeff');
/** What stands before the data in its line: `data: `. */
const FIELD_BYTES = 6;

export function createEventReader(options: EventReaderOptions): EventReader {
  const { maxBytes, event, lastId, retry, tooLarge } = options;
  const line = gatherBytes(maxBytes + FIELD_BYTES);
  let data: Buffer[] = [];
  let dataBytes = 0;
  let type = '';
  let id: string | null = null;
  let isFirstLine = true;
  /** The last line ended with a carriage return: a line feed behind it belongs to that. */
  let returned = false;
  let over = false;

  /** Whether so much may be held. */
  function fits(bytes: number, limit: number): boolean {
    if (bytes <= limit) return true;
    over = true;
    line.take();
    data = [];
    tooLarge();
    return false;
  }

  /** Whether there was room for it. */
  function hold(part: Buffer): boolean {
    if (!fits(dataBytes + line.length + part.length, maxBytes + FIELD_BYTES)) return false;
    if (part.length > 0) line.push(part);
    return true;
  }

  function endLine(): void {
    let whole = line.length > 0 ? line.take() : null;
    if (isFirstLine && whole?.subarray(0, byteOrderMark.length).equals(byteOrderMark) === true)
      whole = whole.subarray(byteOrderMark.length);
    isFirstLine = false;
    if (whole === null || whole.length === 0) dispatch();
    else field(whole);
  }

  function field(whole: Buffer): void {
    const colon = whole.indexOf(COLON);
    const name = whole.toString('latin1', 0, colon === -1 ? whole.length : Math.min(colon, FIELD_BYTES));
    const start = colon === -1 ? whole.length : colon + (whole[colon + 1] === SPACE ? 2 : 1);
    const value = whole.subarray(start);
    switch (name) {
      case 'data':
        // Lines are joined by one byte each.
        dataBytes += value.length + (data.length > 0 ? 1 : 0);
        if (fits(dataBytes, maxBytes)) data.push(...(data.length > 0 ? [lineFeed, value] : [value]));
        return;
      case 'event':
        type = value.toString('latin1');
        return;
      case 'id':
        if (!value.includes(0)) id = value.toString('latin1');
        return;
      case 'retry':
        if (/^\d+$/u.test(value.toString('latin1'))) retry?.(Number(value.toString('latin1')));
    }
  }

  function dispatch(): void {
    const [newId, newType, lines] = [id, type, data];
    id = null;
    type = '';
    data = [];
    dataBytes = 0;
    if (newId !== null) lastId?.(newId);
    const [only] = lines;
    if (only !== undefined) event(newType || 'message', lines.length === 1 ? only : Buffer.concat(lines));
  }

  return {
    push(chunk) {
      let start = 0;
      let cr = chunk.indexOf(CARRIAGE_RETURN);
      while (!over && start < chunk.length) {
        if (returned && chunk[start] === LINE_FEED) start += 1;
        returned = false;
        if (cr !== -1 && cr < start) cr = chunk.indexOf(CARRIAGE_RETURN, start);
        const lf = chunk.indexOf(LINE_FEED, start);
        const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
        if (!hold(chunk.subarray(start, end === -1 ? chunk.length : end)) || end === -1) return;
        endLine();
        returned = end === cr;
        start = end + 1;
      }
    },
  };
}
