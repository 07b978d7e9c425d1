// What the audit log holds besides calls: each kind of event with its details. Details never hold secrets.
import { z } from 'zod';

/** Who brought it about: the program by itself, or a person, in the window or over the admin API. */
const actor = z.enum(['app', 'person']);

/** @param details only ever added to, with a default: older logs stay readable */
function event<const K extends string, const D extends z.ZodRawShape>(kind: K, details: D) {
  return z.object({
    kind: z.literal(kind),
    by: actor,
    /** What it happened to: a server's name, a client's or session's id, a policy's version; may be empty. */
    subject: z.string(),
    details: z.object(details),
  });
}

const count = z.int().min(0);
/** Unix milliseconds. */
const moment = z.number();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const auditEvent = z.discriminatedUnion('kind', [
  /** The first record of a log. `through`, `calls`, `outcomes` and `digest` are of records older than the chain. */
  event('chain.begun', { log: z.string(), through: count, calls: count, outcomes: count, digest: sha256 }),
  /** `unknown`: calls that the process before left without an outcome. */
  event('log.opened', { unknown: count }),
  /** At its opening the log was shorter than its newest signature says: records `from` to `to` were missing. */
  event('log.cut', { from: count, to: count }),
  /** A damaged file was put aside, and what could be read of it was copied to this log. */
  event('log.salvaged', { aside: z.string(), calls: count, problem: z.string() }),
  /** For a while the log could not be written: so many calls went on without a record, or were denied for that. */
  event('log.gap', { from: moment, to: moment, unrecorded: count, denied: count, problem: z.string() }),
  /**
   * Records up to `through` are deleted from here on; `hash` is that of the last one. What is left of the chain begins
   * there. `before` is the age that was asked for, null where it was the size.
   */
  event('log.trimmed', {
    log: z.string(),
    through: count,
    hash: sha256,
    records: count,
    before: moment.nullable(),
  }),
  /**
   * The collector never gets these records: they were deleted before it took them, or more waited than may
   * (`audit.otlp.max_backlog`).
   */
  event('log.unshipped', { from: count, to: count, records: count, why: z.enum(['retention', 'backlog']) }),
  /** Subject: the format. `file` is null in logs of earlier versions, for what went over the network. */
  event('log.exported', { records: count, file: z.string().nullable() }),
  /** Calls were read over the network, page by page: within an hour all together. Subject: `api`. */
  event('log.read', { requests: count, records: count, from: moment, to: moment }),
  /** Subject: the key's id. `publicKey` is SPKI in base64. */
  event('key.created', { publicKey: z.string(), protection: z.enum(['keychain', 'file']) }),

  /**
   * The key that is the subject takes the place of the one before it, which has signed it: see PROOF.md. `publicKey` and
   * `before` are SPKI in base64, of the new key and of the old one.
   */
  event('key.replaced', { publicKey: z.string(), before: z.string(), signature: z.string() }),

  event('app.started', { version: z.string(), pid: z.int() }),
  event('app.stopped', {}),
  /** Subject: the file, empty where there is none. `digest` is of its bytes. */
  event('config.loaded', { digest: sha256.nullable() }),
  /** Edited while it ran; `keys` are of all settings that have changed. */
  event('config.changed', { digest: sha256.nullable(), keys: z.array(z.string()) }),
  /** A person has set this in the window, the subject a dotted key; JSON, null for none, no secrets. */
  event('config.set', { value: z.string().nullable(), before: z.string().nullable() }),
  event('mode.set', { mode: z.string(), before: z.string() }),
  /** The switch that stops everything. */
  event('pause.set', { paused: z.boolean() }),

  /** Subject: the version's id in the history; empty where none is in force, which denies every call. */
  event('policy.in_force', { source: z.string(), files: z.array(z.string()) }),
  /** Files on disk are not put in force; the version in force, the subject, goes on. */
  event('policy.refused', { why: z.string() }),
  /** A person has put an earlier version back, the subject; `policy.in_force` stands before it. */
  event('policy.rolled_back', {}),

  /** Subject: the server's name. `command` is its command line or URL, without secrets. */
  event('server.started', { command: z.string(), pid: z.int() }),
  event('server.ended', { pid: z.int() }),
  /** A person has stopped it: its calls get an error, until a person lets it go on. */
  event('server.stopped', {}),
  event('server.resumed', {}),
  event('server.restarted', {}),
  event('server.tested', { outcome: z.enum(['ok', 'failed', 'cancelled']) }),

  /** Subject: the client's id. */
  event('client.registered', { name: z.string() }),
  event('client.rotated', {}),
  event('client.removed', {}),
  event('client.restored', {}),

  /** Subject: the session's id. `client` is a registered one's id; null where no token was presented. */
  event('session.opened', { agent: z.string(), client: z.string().nullable(), transport: z.string() }),
  /** A person has ended it; `session.ended` follows. */
  event('session.stopped', {}),
  event('session.ended', { lastedMs: z.number() }),

  /** Subject: the approval's or rule's id. `what` is for people; `until` is null where it has no end. */
  event('approval.granted', { what: z.string(), scope: z.string(), until: moment.nullable() }),
  event('approval.revoked', { what: z.string() }),

  /** Messages that were refused beside those with a record of their own, because there were too many. Subject: whose. */
  event('refusals.counted', { count, from: moment, to: moment, reasons: z.record(z.string(), count) }),
]);
export type AuditEvent = z.infer<typeof auditEvent>;

/** The event of one kind. */
export type AuditEventOf<K extends AuditEvent['kind']> = Extract<AuditEvent, { kind: K }>;
