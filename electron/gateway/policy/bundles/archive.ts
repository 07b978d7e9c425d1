// Unpacks a bundle's archive in memory, and no more of it than a policy could need.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readTar } from '../tar.ts';

/** Of the archive as it is sent, bytes. */
export const maxPackedBytes = 16 * 1024 * 1024;
/** Of all that is in it, bytes. */
const maxUnpackedBytes = 64 * 1024 * 1024;

const maxFiles = 5000;

const unzip = promisify(gunzip);

/** Rejects where it is damaged, too large, or names files that lead elsewhere. Names are relative, with slashes. */
export async function unpackArchive(archive: Uint8Array): Promise<Map<string, Buffer>> {
  if (archive.length > maxPackedBytes) throw new Error(`It is larger than ${inMebibytes(maxPackedBytes)}`);
  let tar: Buffer;
  try {
    tar = await unzip(archive, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    const isBomb = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw new Error(
      isBomb
        ? `It holds more than ${inMebibytes(maxUnpackedBytes)} when it is unpacked`
        : 'It is no gzipped archive, as `opa build` writes it',
      { cause: error },
    );
  }
  const files = new Map<string, Buffer>();
  const seen = new Set<string>();
  for (const [written, content] of readTar(tar)) {
    const name = safeName(written);
    // Some file systems, and so those who built it, know names by their letters alone.
    if (seen.has(name.toLowerCase())) throw new Error(`The archive holds ${name} twice`);
    seen.add(name.toLowerCase());
    files.set(name, content);
  }
  if (files.size > maxFiles) throw new Error(`The archive holds more than ${maxFiles} files`);
  return files;
}

/** Relative: OPA writes names with a slash before them, and tar with a dot. */
function safeName(name: string): string {
  const relative = name.replace(/^(?:\.?\/)+/u, '');
  const isUnsafe = relative.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (isUnsafe || /[\\:\p{Cc}]/u.test(relative))
    throw new Error(`The archive holds a file with the name ${JSON.stringify(name)}, which leads elsewhere`);
  return relative;
}

export function inMebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}
