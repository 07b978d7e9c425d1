// What went wrong with the audit database, in words that say which file and what to do.

/**
 * `damaged` and `no_database` stay until the file is another one; `refused` is one that is not for this program; the
 * others may pass.
 */
export type AuditFault =
  'full' | 'read_only' | 'locked' | 'no_database' | 'damaged' | 'unopened' | 'disk' | 'refused' | 'other';

/** What a client is told: nothing of this machine but what has to be done. */
const advices: Readonly<Record<AuditFault, string>> = {
  full: 'the disk is full: free some space',
  read_only: 'the audit log is read-only: make its file and folder writable',
  locked: 'another program holds the audit log locked: end that program',
  no_database: 'the file of the audit log is none: a new one is being made',
  damaged: 'the audit log is damaged: what can be read of it is being saved',
  unopened: 'the audit log can not be opened: make its file and folder writable',
  disk: 'the disk failed to read or write: check it',
  refused: 'the audit log is not one of this version of MCP Proxy Desktop',
  other: 'MCP Proxy Desktop says in its window and its log what is wrong',
};

/** The audit log can't be opened, written or read. `message` is for people; `cause` is SQLite's or the system's error. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly fault: AuditFault;

  constructor(message: string, options: ErrorOptions & { readonly fault?: AuditFault } = {}) {
    super(message, options);
    this.fault = options.fault ?? 'refused';
  }

  get advice(): string {
    return advices[this.fault];
  }
}

/** SQLite's primary result codes and the system's, with what they mean for a log that must not lose anything. */
const explanations: readonly (readonly [code: RegExp, fault: AuditFault, explanation: string])[] = [
  [/^SQLITE_FULL|^ENOSPC|^EDQUOT/, 'full', 'the disk is full: free some space'],
  [
    /^SQLITE_READONLY|^SQLITE_PERM|^EACCES|^EPERM|^EROFS/,
    'read_only',
    'the file or its folder is read-only: make both writable',
  ],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'locked', 'another program holds the database locked: end it'],
  [/^SQLITE_NOTADB/, 'no_database', 'the file is not a SQLite database: choose another audit.db_path'],
  [
    /^SQLITE_CORRUPT/,
    'damaged',
    'the database is damaged: move the file away to start a new log; it can still be salvaged',
  ],
  [
    /^SQLITE_CANTOPEN|^ENOTDIR|^EEXIST/,
    'unopened',
    'the file can not be opened: check audit.db_path, and that file and folder are writable',
  ],
  [/^SQLITE_IOERR/, 'disk', 'the disk failed to read or write: check it, and its free space'],
];

/** Wraps whatever SQLite or the file system threw; an AuditError passes as it is. */
export function auditError(path: string, cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  const code = codeOf(cause);
  const known = explanations.find(([pattern]) => pattern.test(code));
  const detail = cause instanceof Error ? cause.message : String(cause);
  const explanation = known === undefined ? detail : `${known[2]} (${detail})`;
  return new AuditError(`Audit log ${path}: ${explanation}`, { cause, fault: known?.[1] ?? 'other' });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}
