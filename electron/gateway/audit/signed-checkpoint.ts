// A signature over a place in the chain, and so over all that comes before it. Pure, for verifiers without the database.
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { Place } from './chain.ts';

/** As it stands beside the database and in exports. */
export const signedCheckpoint = z.object({
  /** The log's own number: `details.log` of its first event. */
  log: z.string(),
  seq: z.int().min(1),
  /** The record's hash, hexadecimal digits. */
  hash: z.string(),
  /** Unix milliseconds. */
  at: z.int(),
  keyId: z.string(),
  /** Ed25519 (RFC 8032), base64. */
  signature: z.string(),
});
export type SignedCheckpoint = z.infer<typeof signedCheckpoint>;

/** A key pair that signs checkpoints. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  sign(log: string, place: Place, at: number): SignedCheckpoint;
}

/** What is signed: the UTF-8 of this JSON array, without any space. */
function signedText({ log, seq, hash, at, keyId }: Omit<SignedCheckpoint, 'signature'>): Buffer {
  return Buffer.from(JSON.stringify(['checkpoint', log, seq, hash, at, keyId]));
}

/** @param privateKey an Ed25519 key */
export function createSigner(privateKey: KeyObject): Signer {
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKey,
    sign(log, { seq, hash }, at) {
      const checkpoint = { log, seq, hash, at, keyId };
      return { ...checkpoint, signature: sign(null, signedText(checkpoint), privateKey).toString('base64') };
    },
  };
}

/** Whether the key made the signature, over exactly this. */
export function isSignedBy(checkpoint: SignedCheckpoint, publicKey: KeyObject): boolean {
  return verify(null, signedText(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64'));
}

/** SPKI (RFC 8410) in base64. */
export function spkiOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The first 16 hexadecimal digits of the SHA-256 of the key's SPKI. */
export function keyIdOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 16);
}
