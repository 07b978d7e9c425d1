// Reads tar archives: the files in them, by the names that stand there.

const blockBytes = 512;

/**
 * POSIX ustar with the extensions for long names (pax and GNU). Throws where the archive is damaged, holds anything but
 * files and folders, or one name twice. Names are as they were written: whoever was sent an archive has to look at them.
 */
export function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  let longName: string | null = null;
  for (let at = 0; at + blockBytes <= archive.length && archive[at] !== 0;) {
    const header = readHeader(archive.subarray(at, at + blockBytes));
    const { size, type } = header;
    const from = at + blockBytes;
    if (from + size > archive.length) throw new Error('The archive ends in the middle of a file');
    const content = archive.subarray(from, from + size);
    at = from + Math.ceil(size / blockBytes) * blockBytes;
    const name = longName ?? header.name;
    switch (type) {
      case '0':
        if (files.has(name)) throw new Error(`The archive holds ${name} twice`);
        files.set(name, content);
        longName = null;
        break;
      case '5':
        longName = null;
        break;
      case 'L':
        longName = text(content).replace(/\0+$/u, '');
        break;
      case 'x':
        longName = paxPath(content) ?? longName;
        break;
      case 'g':
        break;
      default:
        throw new Error(`The archive holds ${name}, which is neither a file nor a folder`);
    }
  }
  return files;
}

interface Header {
  readonly name: string;
  readonly size: number;
  /** '0' a file, '5' a folder, 'x' and 'g' pax, 'L' a long name. */
  readonly type: string;
}

/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, ustar interchange format. */
function readHeader(block: Buffer): Header {
  const field = (from: number, to: number) => text(block.subarray(from, to)).replace(/\0.*$/su, '');
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (octal(field(148, 156)) !== sum) throw new Error('The archive is damaged');
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? field(345, 500) : '';
  const name = prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
  const type = field(156, 157);
  return { name, size: octal(field(124, 136)), type: type === '' ? '0' : type };
}

function octal(digits: string): number {
  const trimmed = digits.trim();
  if (!/^[0-7]{1,11}$/u.test(trimmed)) throw new Error('The archive is damaged');
  return Number.parseInt(trimmed, 8);
}

/** The `path` among records of the form `LENGTH KEY=VALUE\n`, or null. */
function paxPath(content: Buffer): string | null {
  let path: string | null = null;
  for (let at = 0; at < content.length;) {
    const [, digits = ''] = /^(\d{1,9}) /u.exec(content.toString('latin1', at, at + 10)) ?? [];
    const length = Number(digits);
    if (length <= digits.length + 1 || at + length > content.length)
      throw new Error('The archive is damaged');
    const [key, ...value] = text(content.subarray(at + digits.length + 1, at + length - 1)).split('=');
    if (key === 'path') path = value.join('=');
    // Another size than the header says would make other files of the same bytes.
    if (key === 'size') throw new Error('The archive holds a file that is too large');
    at += length;
  }
  return path;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
