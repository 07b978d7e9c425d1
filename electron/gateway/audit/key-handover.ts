// How one key takes the place of another: the old one signs the new one, in the chain. Pure, for verifiers without the database.
import { type KeyObject, sign, verify } from 'node:crypto';
import { keyIdOf, publicKeyFrom } from './signed-checkpoint.ts';

/** A key that had its day, and its signature over the one that came after it. */
export interface Handover {
  /** SPKI of the old key in base64. */
  readonly publicKey: string;
  /** The last record that the old key may sign: the event that says so. */
  readonly through: number;
  /** By the old key (Ed25519), base64. */
  readonly signature: string;
}

/** A key with the records for which its signature counts. */
export interface KeyTerm {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** The first record, and the last one; of the key in force there is no last one. */
  readonly from: number;
  readonly through: number;
}

/** What is signed: the UTF-8 of this JSON array, without any space. */
function handedOver(log: string, before: string, next: string): Buffer {
  return Buffer.from(JSON.stringify(['key', log, before, next]));
}

/**
 * @param before the old key, and `next` the new one's SPKI in base64
 * @param publicKey of `before`, SPKI in base64
 */
export function signHandover(log: string, before: KeyObject, publicKey: string, next: string): string {
  return sign(null, handedOver(log, publicKey, next), before).toString('base64');
}

/**
 * The terms of a key and of those before it, the newest first, as far back as each has signed the one after it. Who has no
 * key of an unbroken row has none of the log's.
 * @param handovers the newest first
 */
export function termsOf(
  publicKey: KeyObject,
  spki: string,
  log: string,
  handovers: readonly Handover[],
): KeyTerm[] {
  const terms: KeyTerm[] = [];
  let through = Number.MAX_SAFE_INTEGER;
  let current = publicKey;
  let currentSpki = spki;
  for (const handover of handovers) {
    const old = keyIn(handover.publicKey);
    const signature = Buffer.from(handover.signature, 'base64');
    const isSigned =
      old !== null && verify(null, handedOver(log, handover.publicKey, currentSpki), old, signature);
    if (!isSigned || handover.through >= through) break;
    terms.push({ keyId: keyIdOf(current), publicKey: current, from: handover.through + 1, through });
    ({ through } = handover);
    current = old;
    currentSpki = handover.publicKey;
  }
  terms.push({ keyId: keyIdOf(current), publicKey: current, from: 0, through });
  return terms;
}

/** Null for anything else: whoever changed it may have put anything there. */
export function keyIn(spki: string): KeyObject | null {
  try {
    return publicKeyFrom(spki);
  } catch {
    return null;
  }
}
