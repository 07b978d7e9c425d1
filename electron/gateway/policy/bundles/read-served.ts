// From the bytes of an archive to a bundle that may be tried: unpacked, verified, within its roots.
import { createHash } from 'node:crypto';
import type { FolderFile } from '../policy-folder.ts';
import { unpackArchive } from './archive.ts';
import { readBundleFiles, type BundleManifest } from './bundle-files.ts';
import { verifySignature, type BundleSigning, type SignedBy } from './signature.ts';

export interface ServedBundle {
  readonly manifest: BundleManifest;
  /** Null where no signature is asked for. */
  readonly signedBy: SignedBy | null;
  readonly files: readonly FolderFile[];
  readonly archive: Uint8Array;
  /** SHA-256 of the archive. */
  readonly digest: string;
}

export type ReadBundle =
  | { readonly ok: true; readonly bundle: ServedBundle }
  /** What is wrong with it, as a clause of a sentence. */
  | { readonly ok: false; readonly problem: string };

/** @param signing null: bundles need no signature */
export async function readServedBundle(
  archive: Uint8Array,
  signing: BundleSigning | null,
): Promise<ReadBundle> {
  let unpacked: ReadonlyMap<string, Buffer>;
  try {
    unpacked = await unpackArchive(archive);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
  let signedBy: SignedBy | null = null;
  if (signing !== null) {
    const signed = await verifySignature(unpacked, signing);
    if (!signed.ok) return signed;
    signedBy = signed.by;
  }
  const read = readBundleFiles(unpacked);
  if (!read.ok) return read;
  const { files, manifest } = read;
  return { ok: true, bundle: { manifest, signedBy, files, archive, digest: digestOf(archive) } };
}

export function digestOf(archive: Uint8Array): string {
  return createHash('sha256').update(archive).digest('hex');
}
