// Reads SQLite's write-ahead file for damage, which SQLite itself passes over: it ends the log, without a word, before the
// first frame that does not check (sqlite.org/fileformat2.html, sections 4.1 and 4.2).
import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;
/** Its last bit says in which order a checksum takes bytes. */
const magic = 0x377f0682;
const version = 3_007_000;
const framesAtOnce = 200;

type Sums = readonly [number, number];

interface Header {
  readonly isWhole: boolean;
  readonly isLittle: boolean;
  readonly pageBytes: number;
  /** Each frame has those of its time: what is left of earlier ones has others. Null where only the frames know. */
  readonly salts: Sums | null;
  readonly sums: Sums;
}

interface Frame {
  readonly bytes: Buffer;
  /** What all frames stand on is as it was written. */
  readonly hasHeader: boolean;
  /** Of this time. */
  readonly isCurrent: boolean;
  readonly isWhole: boolean;
}

/**
 * The number of the first damaged frame, from 0 on; null where there is none. One at the very end counts for none:
 * so a write looks that its process did not live to finish, and nobody was told that this was committed.
 */
export function firstDamaged(database: string): number | null {
  let damaged: number | null = null;
  let number = 0;
  for (const { hasHeader, isCurrent, isWhole } of framesOf(database)) {
    if (!hasHeader) return 0;
    if (damaged !== null && isCurrent) return damaged;
    if (!isWhole) damaged ??= number;
    number += 1;
  }
  return null;
}

/** Writes a write-ahead file of all frames that are whole, wherever they stand. Throws the system's error. */
export function writeWholeFrames(database: string, to: string): void {
  const target = openSync(to, 'wx', 0o600);
  try {
    let sums: Sums | null = null;
    for (const { bytes, isWhole } of framesOf(database)) {
      if (!isWhole) continue;
      if (sums === null) {
        const header = Buffer.alloc(headerBytes);
        const fields = [magic, version, bytes.length - frameHeaderBytes, 0];
        for (const [index, field] of fields.entries()) header.writeUInt32BE(field, index * 4);
        bytes.copy(header, 16, 8, 16);
        sums = checksum(header.subarray(0, 24), [0, 0], true);
        writeSums(header, 24, sums);
        writeSync(target, header);
      }
      sums = frameSums(bytes, sums, true);
      writeSums(bytes, 16, sums);
      writeSync(target, bytes);
    }
  } finally {
    closeSync(target);
  }
}

/** In their order. The bytes are good until the next one is asked for. */
function* framesOf(database: string): Generator<Frame> {
  const path = `${database}-wal`;
  if (!existsSync(path) || !existsSync(database)) return;
  const file = openSync(path, 'r');
  try {
    const { isWhole: hasHeader, isLittle, pageBytes, salts, sums } = readHeader(file, database);
    const frameBytes = frameHeaderBytes + pageBytes;
    const piece = Buffer.alloc(frameBytes * framesAtOnce);
    let current = salts;
    let before = sums;
    for (let at = headerBytes; ; at += piece.length) {
      const read = readSync(file, piece, 0, piece.length, at);
      for (let start = 0; start + frameBytes <= read; start += frameBytes) {
        const bytes = piece.subarray(start, start + frameBytes);
        const own = readSums(bytes, 8);
        current ??= own;
        const isCurrent = isSame(own, current);
        const stored = readSums(bytes, 16);
        const isWhole = isCurrent && isSame(stored, frameSums(bytes, before, isLittle));
        yield { bytes, hasHeader, isCurrent, isWhole };
        before = stored;
      }
      if (read < piece.length) return;
    }
  } finally {
    closeSync(file);
  }
}

function readHeader(file: number, database: string): Header {
  const bytes = Buffer.alloc(headerBytes);
  readSync(file, bytes, 0, headerBytes, 0);
  const isLittle = (bytes.readUInt32BE(0) & 1) === 0;
  const sums = readSums(bytes, 24);
  const isWhole =
    bytes.readUInt32BE(0) >>> 1 === magic >>> 1 &&
    isSame(checksum(bytes.subarray(0, 24), [0, 0], isLittle), sums);
  return isWhole
    ? { isWhole, isLittle, pageBytes: bytes.readUInt32BE(8), salts: readSums(bytes, 16), sums }
    : { isWhole, isLittle: true, pageBytes: pageBytesOf(database), salts: null, sums };
}

/** As the database's own header says it (section 1.3.2). */
function pageBytesOf(database: string): number {
  const bytes = Buffer.alloc(2);
  const file = openSync(database, 'r');
  try {
    readSync(file, bytes, 0, 2, 16);
  } finally {
    closeSync(file);
  }
  const size = bytes.readUInt16BE(0);
  const isValid = size >= 512 && (size & (size - 1)) === 0;
  return isValid ? size : 65_536;
}

/** Over the page's number, the database's size, and the page. */
function frameSums(frame: Buffer, before: Sums, isLittle: boolean): Sums {
  return checksum(
    frame.subarray(frameHeaderBytes),
    checksum(frame.subarray(0, 8), before, isLittle),
    isLittle,
  );
}

function checksum(bytes: Buffer, before: Sums, isLittle: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [first, second] = before;
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + view.getUint32(at, isLittle) + second) >>> 0;
    second = (second + view.getUint32(at + 4, isLittle) + first) >>> 0;
  }
  return [first, second];
}

function readSums(bytes: Buffer, at: number): Sums {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
}

function writeSums(bytes: Buffer, at: number, [first, second]: Sums): void {
  bytes.writeUInt32BE(first, at);
  bytes.writeUInt32BE(second, at + 4);
}

function isSame(a: Sums, b: Sums): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
