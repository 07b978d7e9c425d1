// Signs the end of the chain every few seconds, in the audit worker, and at the end.
import type { Database } from 'better-sqlite3';
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { AuditEvent } from '../../shared/audit-events.ts';
import type { AuditKey, AuditProof, KeyProtection } from '../../shared/audit-proof.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { Logger } from '../ports.ts';
import type { Place } from './chain.ts';
import { createChainWriter, transact } from './chain-writer.ts';
import { createPlaceReader } from './chained-rows.ts';
import { writeCheckpointFile } from './checkpoint-file.ts';
import { newestCheckpoint, storeCheckpoint } from './checkpoint-rows.ts';
import { createEventWriter, logId, newestEvent } from './event-rows.ts';
import { signHandover } from './key-handover.ts';
import {
  createSigner,
  type ExportSeal,
  keyIdOf,
  type SignedCheckpoint,
  type Signer,
  spkiOf,
} from './signed-checkpoint.ts';
import { keyFrom, makeNextKey, openSigningKey, publishKey } from './signing-key.ts';

export interface SigningOptions {
  /** Where the key's files lie. */
  readonly folder: string;
  readonly logger: Logger;
}

export interface Signing {
  /** From now on this key signs, or `problem` says why not. */
  use(given: AuditKey): AuditProof;
  /**
   * A new key takes the place of the one that signs, which signs that.
   * @throws CommandError as `audit.key.replace` says
   */
  replaceKey(): AuditProof;
  /** Null where no key signs. */
  readonly publicKey: KeyObject | null;
  /** Signs what is not signed yet. */
  signNow(): void;
  proof(): AuditProof;
  /** Signs a whole export by its digest; null where no key is there. */
  seal(digest: string): ExportSeal | null;
  /** Signs a last time. */
  close(): void;
}

/** How often the chain is looked at, milliseconds. */
const lookEveryMs = 1000;
/** So many records are signed at the next look; fewer wait, to spare the disk. */
const worthwhileRecords = 1000;
const longestWaitMs = 10_000;

const awaited = 'no key was handed over yet';
const keychainOnly =
  'The key is in the keychain, where the window alone can put another one: replace it there (Activity, Proof).';

export function startSigning(database: Database, { folder, logger }: SigningOptions): Signing {
  const head = () => createPlaceReader(database)(Number.MAX_SAFE_INTEGER);
  let signer: Signer | null = null;
  let current: KeyObject | null = null;
  /** From the keychain, to take the current one's place. */
  let next: KeyObject | null = null;
  let proofOfKey: AuditProof['key'] = null;
  let problem: string | null = awaited;
  let signed: SignedCheckpoint | null = null;
  let lastAt = performance.now();

  function sign(isDue: (unsigned: number) => boolean): void {
    if (signer === null) return;
    try {
      const end = head();
      if (!isDue(end.seq - (signed?.seq ?? 0))) return;
      lastAt = performance.now();
      const checkpoint = signer.sign(logId(database), end, Date.now());
      storeCheckpoint(database, checkpoint);
      writeCheckpointFile(database.name, checkpoint);
      signed = checkpoint;
      problem = null;
    } catch (error) {
      if (problem === null) logger.error('audit.signing_failed', { error: String(error) });
      problem = `the log can't be signed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const signNow = () => sign((unsigned) => unsigned > 0);

  const timer = setInterval(() => {
    const isLate = performance.now() - lastAt >= longestWaitMs;
    sign((unsigned) => unsigned >= worthwhileRecords || (unsigned > 0 && isLate));
  }, lookEveryMs);

  /** Who signs from here on stands in the chain itself. Gives the place of the first event. */
  function record(...events: readonly AuditEvent[]): Place {
    const chain = createChainWriter(database);
    const write = createEventWriter(database, chain);
    return transact(chain, () => {
      const [first, ...others] = events;
      if (first !== undefined) write(Date.now(), first);
      const place = chain.head();
      for (const event of others) write(Date.now(), event);
      return place;
    });
  }

  function takeUp(key: KeyObject, protection: KeyProtection): void {
    current = key;
    signer = createSigner(key);
    const { keyId: id, publicKey } = signer;
    proofOfKey = { id, publicKey: spkiOf(publicKey), protection };
    problem = null;
    publishKey(folder, publicKey);
  }

  /**
   * The old key signs the new one, and the record that says so as its last; the new one signs from the record behind it on,
   * at once: until it has, nobody need believe that it is the new one.
   */
  function handOver(old: KeyObject, before: string, key: KeyObject, protection: KeyProtection): void {
    const made = createPublicKey(key);
    const id = keyIdOf(made);
    const publicKey = spkiOf(made);
    const log = logId(database);
    const signature = signHandover(log, old, before, publicKey);
    const place = record(
      { kind: 'key.replaced', by: 'person', subject: id, details: { publicKey, before, signature } },
      { kind: 'key.created', by: 'app', subject: id, details: { publicKey, protection } },
    );
    storeCheckpoint(database, createSigner(old).sign(log, place, Date.now()));
    takeUp(key, protection);
    signNow();
  }

  function proof(): AuditProof {
    const newest = signed === null ? null : { seq: signed.seq, at: signed.at };
    return { key: proofOfKey, signed: newest, problem };
  }

  return {
    use(given) {
      try {
        const inForce = newestEvent(database, 'key.created')?.subject ?? null;
        const opened = openSigningKey(folder, given, inForce);
        if (!opened.ok) {
          problem = opened.why;
          return proof();
        }
        signed = newestCheckpoint(database, logId(database));
        next = given.from === 'keychain' && given.next !== undefined ? keyFrom(given.next) : null;
        const { key, protection } = opened;
        takeUp(key, protection);
        const publicKey = createPublicKey(key);
        const id = keyIdOf(publicKey);
        if (inForce !== id) {
          const details = { publicKey: spkiOf(publicKey), protection };
          record({ kind: 'key.created', by: 'app', subject: id, details });
        }
        signNow();
      } catch (error) {
        problem = `the key can't be used: ${error instanceof Error ? error.message : String(error)}`;
        logger.error('audit.key_failed', { error: String(error) });
      }
      return proof();
    },
    get publicKey() {
      return signer?.publicKey ?? null;
    },
    replaceKey() {
      if (current === null || proofOfKey === null)
        throw new CommandError('no_key', `Nothing signs the log: ${problem ?? awaited}`);
      const { protection } = proofOfKey;
      if (protection === 'keychain') {
        if (next === null) throw new CommandError('key_in_keychain', keychainOnly);
        handOver(current, proofOfKey.publicKey, next, protection);
        next = null;
        return proof();
      }
      const made = makeNextKey(folder);
      handOver(current, proofOfKey.publicKey, made.key, protection);
      made.keep();
      return proof();
    },
    signNow,
    proof,
    seal: (digest) => signer?.seal(logId(database), digest, Date.now()) ?? null,
    close() {
      clearInterval(timer);
      signNow();
    },
  };
}
