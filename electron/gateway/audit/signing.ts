// Signs the end of the chain every few seconds, in the audit worker, and at the end.
import type { Database } from 'better-sqlite3';
import type { KeyObject } from 'node:crypto';
import type { AuditKey, AuditProof } from '../../shared/audit-proof.ts';
import type { Logger } from '../ports.ts';
import { createChainWriter, transact } from './chain-writer.ts';
import { createPlaceReader } from './chained-rows.ts';
import { writeCheckpointFile } from './checkpoint-file.ts';
import { newestCheckpoint, storeCheckpoint } from './checkpoint-rows.ts';
import { createEventWriter, logId, newestEvent } from './event-rows.ts';
import {
  createSigner,
  type ExportSeal,
  type SignedCheckpoint,
  type Signer,
  spkiOf,
} from './signed-checkpoint.ts';
import { openSigningKey, publishKey } from './signing-key.ts';

export interface SigningOptions {
  /** Where the key's files lie. */
  readonly folder: string;
  readonly logger: Logger;
}

export interface Signing {
  /** From now on this key signs, or `problem` says why not. */
  use(given: AuditKey): AuditProof;
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

export function startSigning(database: Database, { folder, logger }: SigningOptions): Signing {
  const head = () => createPlaceReader(database)(Number.MAX_SAFE_INTEGER);
  let signer: Signer | null = null;
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

  /** Who signs from here on stands in the chain itself. */
  function noteKey(id: string, publicKey: string, protection: 'keychain' | 'file'): void {
    if (newestEvent(database, 'key.created')?.subject === id) return;
    const chain = createChainWriter(database);
    const write = createEventWriter(database, chain);
    transact(chain, () =>
      write(Date.now(), { kind: 'key.created', by: 'app', subject: id, details: { publicKey, protection } }),
    );
  }

  function proof(): AuditProof {
    const newest = signed === null ? null : { seq: signed.seq, at: signed.at };
    return { key: proofOfKey, signed: newest, problem };
  }

  return {
    use(given) {
      try {
        const opened = openSigningKey(folder, given);
        if (!opened.ok) {
          problem = opened.why;
          return proof();
        }
        signed = newestCheckpoint(database, logId(database));
        signer = createSigner(opened.key);
        const { keyId: id, publicKey } = signer;
        proofOfKey = { id, publicKey: spkiOf(publicKey), protection: opened.protection };
        problem = null;
        publishKey(folder, publicKey);
        noteKey(id, proofOfKey.publicKey, opened.protection);
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
    signNow,
    proof,
    seal: (digest) => signer?.seal(logId(database), digest, Date.now()) ?? null,
    close() {
      clearInterval(timer);
      signNow();
    },
  };
}
