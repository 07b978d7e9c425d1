// What the audit log is told besides calls: the start, what persons do, and which policy is in force.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SettingNote } from '../../shared/config-settings.ts';
import type { GatewayCommands, Handlers } from '../../shared/contract.ts';
import type { PolicyOverview } from '../../shared/domain.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import type { AuditNotes, Closable } from '../ports.ts';
import type { LiveSettings } from './live-settings.ts';

/** Notes that the program runs, by which configuration; its end, when it is closed. */
export function noteLife(
  notes: AuditNotes,
  { version, configFile }: Pick<GatewayOptions, 'version' | 'configFile'>,
): Closable {
  notes.note({ kind: 'app.started', by: 'app', subject: '', details: { version, pid: process.pid } });
  const digest = configFile === null ? null : digestOf(configFile);
  notes.note({ kind: 'config.loaded', by: 'app', subject: configFile ?? '', details: { digest } });
  return {
    close: () => notes.note({ kind: 'app.stopped', by: 'app', subject: '', details: {} }),
  };
}

/** Notes that the configuration was edited. */
export function noteConfigChange(
  notes: AuditNotes,
  configFile: string | null,
  keys: readonly string[],
): void {
  const digest = configFile === null ? null : digestOf(configFile);
  notes.note({
    kind: 'config.changed',
    by: 'app',
    subject: configFile ?? '',
    details: { digest, keys: [...keys] },
  });
}

/** Notes what a person has set in the window. */
export function noteSetting(notes: AuditNotes, { key, value, before }: SettingNote): void {
  notes.note({ kind: 'config.set', by: 'person', subject: key, details: { value, before } });
}

/** The returned function takes what is known of the policy now, and notes what is new in it. */
export function createPolicyNotes(notes: AuditNotes): (overview: PolicyOverview) => void {
  let version: number | null | undefined;
  let problem: string | null = null;
  return (now) => {
    const subject = now.version === null ? '' : String(now.version);
    if (now.version !== version) {
      const details = { source: now.source, files: now.files.map(({ name }) => name) };
      notes.note({ kind: 'policy.in_force', by: 'app', subject, details });
    }
    if (now.problem !== null && now.problem !== problem) {
      notes.note({ kind: 'policy.refused', by: 'app', subject, details: { why: now.problem } });
    }
    version = now.version;
    problem = now.problem;
  };
}

/** The same commands; what they change is noted, once it is so. */
export function notedCommands(
  commands: Handlers<GatewayCommands>,
  live: Pick<LiveSettings, 'mode' | 'modeManagedAt'>,
  notes: AuditNotes,
): Handlers<GatewayCommands> {
  const by = 'person';
  return {
    ...commands,
    // Mode and pause hold even where they can't be kept on disk, of which the command complains.
    'mode.set'(mode) {
      const before = live.mode;
      if (live.modeManagedAt === null)
        notes.note({ kind: 'mode.set', by, subject: '', details: { mode, before } });
      return commands['mode.set'](mode);
    },
    'pause.set'(paused) {
      notes.note({ kind: 'pause.set', by, subject: '', details: { paused } });
      return commands['pause.set'](paused);
    },
    async 'policy.rollback'(wanted) {
      const saved = await commands['policy.rollback'](wanted);
      if (saved.outcome === 'saved') {
        notes.note({ kind: 'policy.rolled_back', by, subject: String(wanted.id), details: {} });
      }
      return saved;
    },
    async 'sessions.end'(id) {
      const ended = await commands['sessions.end'](id);
      if (ended) notes.note({ kind: 'session.stopped', by, subject: id, details: {} });
      return ended;
    },
    async 'clients.register'(wanted) {
      const issued = await commands['clients.register'](wanted);
      const { id, name } = issued.client;
      notes.note({ kind: 'client.registered', by, subject: id, details: { name } });
      return issued;
    },
    async 'clients.rotate'(id) {
      const issued = await commands['clients.rotate'](id);
      notes.note({ kind: 'client.rotated', by, subject: id, details: {} });
      return issued;
    },
    async 'clients.remove'(id) {
      await commands['clients.remove'](id);
      notes.note({ kind: 'client.removed', by, subject: id, details: {} });
    },
    async 'clients.restore'(id) {
      const client = await commands['clients.restore'](id);
      notes.note({ kind: 'client.restored', by, subject: id, details: {} });
      return client;
    },
  };
}

/** SHA-256 of a file's bytes; null where it is gone by now. */
function digestOf(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
