// A signature over a place in the chain, and so over all that comes before it. Pure, for verifiers without the database.
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Place } from './chain.ts';

/** As it stands beside the database and in exports. */
export interface SignedCheckpoint {
  /** The log's own number: `details.log` of its first event. */
  readonly log: string;
  readonly seq: number;
  /** The record's hash, hexadecimal digits. */
  readonly hash: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly keyId: string;
  /** Ed25519 (RFC 8032), base64. */
  readonly signature: string;
}

/** A signature over a whole export: that it is as the program wrote it, with all that was to be in it. */
export interface ExportSeal {
  readonly log: string;
  /** SHA-256 of all lines before the last one, hexadecimal digits. */
  readonly digest: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly keyId: string;
  readonly signature: string;
}

/** A key pair that signs checkpoints. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  sign(log: string, place: Place, at: number): SignedCheckpoint;
  seal(log: string, digest: string, at: number): ExportSeal;
}

/** What is signed: the UTF-8 of this JSON array, without any space. */
function signedText({ log, seq, hash, at, keyId }: Omit<SignedCheckpoint, 'signature'>): Buffer {
  return Buffer.from(JSON.stringify(['checkpoint', log, seq, hash, at, keyId]));
}

function sealedText({ log, digest, at, keyId }: Omit<ExportSeal, 'signature'>): Buffer {
  return Buffer.from(JSON.stringify(['export', log, digest, at, keyId]));
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
    seal(log, digest, at) {
      const seal = { log, digest, at, keyId };
      return { ...seal, signature: sign(null, sealedText(seal), privateKey).toString('base64') };
    },
  };
}

/** Whether the key made the signature, over exactly this. */
export function isSignedBy(checkpoint: SignedCheckpoint, publicKey: KeyObject): boolean {
  return verify(null, signedText(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64'));
}

/** Whether the key sealed exactly this. */
export function isSealedBy(seal: ExportSeal, publicKey: KeyObject): boolean {
  return verify(null, sealedText(seal), publicKey, Buffer.from(seal.signature, 'base64'));
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

/** @throws where the text is no public key in this form. */
export function publicKeyFrom(spki: string): KeyObject {
  return createPublicKey({ key: Buffer.from(spki, 'base64'), type: 'spki', format: 'der' });
}
