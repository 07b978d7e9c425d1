// The audit log's proof, as the window knows it: who signs it, and what a verification of all of it finds.
import { z } from 'zod';

const nothing = z.void();
const count = z.int().min(0);
/** Unix milliseconds. */
const moment = z.number();

/** Where the private key lies: with the operating system's keychain, or in a file that the user alone can read. */
export const keyProtection = z.enum(['keychain', 'file']);
export type KeyProtection = z.infer<typeof keyProtection>;

/** What is handed to the gateway to sign with. */
export const auditKey = z.discriminatedUnion('from', [
  /**
   * PKCS #8 in base64, of an Ed25519 key. `next` is one that is to take its place, or has done so already: the log tells. It
   * is there from before that until after it, so that the key in force is in the keychain whenever the program dies.
   */
  z.object({ from: z.literal('keychain'), pkcs8: z.string(), next: z.string().optional() }),
  /** The gateway's own file; it is made where there is none. */
  z.object({ from: z.literal('file') }),
  /** There is a key, and it can't be had; `why` is for people. Records are chained, and signed once it is there. */
  z.object({ from: z.literal('nowhere'), why: z.string() }),
]);
export type AuditKey = z.infer<typeof auditKey>;

/** Who vouches for the log. */
export const auditProof = z.object({
  /** Null while nothing is signed; `problem` says why. */
  key: z
    .object({
      /** The first 16 hexadecimal digits of the SHA-256 of `publicKey`'s bytes. */
      id: z.string(),
      /** SPKI in base64. */
      publicKey: z.string(),
      protection: keyProtection,
    })
    .nullable(),
  /** The newest signature: all records up to this number are under it. */
  signed: z.object({ seq: count, at: moment }).nullable(),
  /** For people. */
  problem: z.string().nullable(),
});
export type AuditProof = z.infer<typeof auditProof>;

/** What was done to the log where the chain first does not hold. */
export const breakKind = z.enum([
  /** A field of the record, or its hash. */
  'changed',
  'deleted',
  'inserted',
  'reordered',
  /** The newest records are missing. */
  'truncated',
  /** The chain holds, and is not the one that was signed: it was computed anew. */
  'rewritten',
  /** A signature that this key did not make. */
  'bad_signature',
  /** Another key has signed. */
  'replaced_key',
]);
export type BreakKind = z.infer<typeof breakKind>;

export const auditBreak = z.object({
  kind: breakKind,
  /** The first record that is concerned, and the last one where it is known to be several. */
  seq: count,
  through: count,
  /** Where the record lies, or lay. A call's number is its id. */
  table: z.enum(['calls', 'outcomes', 'events', 'checkpoints']).nullable(),
  /** A sentence for people. */
  message: z.string(),
});
export type AuditBreak = z.infer<typeof auditBreak>;

export const auditVerification = z.object({
  id: z.int(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** Records that were looked at, of how many. */
  checked: count,
  total: count,
  elapsedMs: z.number().min(0),
  /** Null while it runs. */
  endedAt: moment.nullable(),
  /** The first record that the log still has; what was before it was deleted by retention, and says so. */
  from: count,
  /** Records up to this number are under a signature that holds; 0 where none are. The newest follow in seconds. */
  signedThrough: count,
  /** Null where everything holds, as far as it was looked at. */
  broken: auditBreak.nullable(),
  /** Why it failed, for people. */
  problem: z.string().nullable(),
});
export type AuditVerification = z.infer<typeof auditVerification>;

/** Commands about the log's proof. */
export const auditProofCommands = {
  'audit.proof': { input: nothing, output: auditProof },
  /**
   * Makes a new key, has the old one sign it, and signs with the new one from there on. Fails with `key_in_keychain` where
   * only the window's part of the app can put it there, and `no_key` where nothing signs.
   */
  'audit.key.replace': { input: nothing, output: auditProof },
  /** Starts to verify the whole log, unless that runs already. Events tell how it goes on. */
  'audit.verify': { input: nothing, output: auditVerification },
  /** The last verification; null where there was none. */
  'audit.verify.read': { input: nothing, output: auditVerification.nullable() },
  /** False where this one is over already. */
  'audit.verify.cancel': { input: z.object({ id: z.int() }), output: z.boolean() },
} as const;
