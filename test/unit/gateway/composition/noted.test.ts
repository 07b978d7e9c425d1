import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  createPolicyNotes,
  noteLife,
  notedCommands,
} from '../../../../electron/gateway/composition/noted.ts';
import type { AuditEvent } from '../../../../electron/shared/audit-events.ts';
import type { GatewayCommands, Handlers } from '../../../../electron/shared/contract.ts';
import type { PolicyOverview } from '../../../../electron/shared/domain.ts';

function notebook() {
  const events: AuditEvent[] = [];
  return { events, note: (event: AuditEvent) => void events.push(event) };
}

const overview: PolicyOverview = {
  source: '/policies',
  files: [],
  entrypoint: 'mcp/policy',
  problem: null,
  diagnostics: [],
  version: 1,
  bundle: null,
};

const answers = {
  'mode.set': vi.fn(),
  'pause.set': vi.fn(() => {
    throw new Error('not kept on disk');
  }),
  'policy.rollback': vi.fn(() => ({ outcome: 'conflict', files: [] })),
  'sessions.end': vi.fn((id: string) => id === 's-1'),
  'clients.register': vi.fn(() => ({ client: { id: 'c-1', name: 'Cursor' }, token: 'secret-token' })),
  'clients.remove': vi.fn(() => Promise.reject(new Error('no such client'))),
};

function commandsWith(notes: ReturnType<typeof notebook>) {
  // Only what is asked for here is there.
  const some = answers as unknown as Handlers<GatewayCommands>;
  return notedCommands(some, { mode: 'enforce', modeManagedAt: null }, notes);
}

it('notes what persons do, and never a token', async () => {
  const notes = notebook();
  const commands = commandsWith(notes);
  await commands['mode.set']('audit');
  await commands['sessions.end']('s-1');
  await commands['clients.register']({ name: 'Cursor', capabilities: [], tags: [] });
  expect(notes.events).toEqual([
    { kind: 'mode.set', by: 'person', subject: '', details: { mode: 'audit', before: 'enforce' } },
    { kind: 'session.stopped', by: 'person', subject: 's-1', details: {} },
    { kind: 'client.registered', by: 'person', subject: 'c-1', details: { name: 'Cursor' } },
  ]);
  expect(JSON.stringify(notes.events)).not.toContain('secret-token');
});

it('notes nothing that did not come about', async () => {
  const notes = notebook();
  const commands = commandsWith(notes);
  await commands['sessions.end']('nobody');
  await commands['policy.rollback']({ id: 3 });
  await expect(commands['clients.remove']('c-9')).rejects.toThrow('no such client');
  expect(notes.events).toEqual([]);
});

it('notes a pause that holds, though it could not be kept on disk', () => {
  const notes = notebook();
  expect(() => commandsWith(notes)['pause.set'](true)).toThrow('not kept on disk');
  expect(notes.events).toMatchObject([{ kind: 'pause.set', details: { paused: true } }]);
});

it('notes each version of the policy once, and each reason why files are not in force', () => {
  const notes = notebook();
  const take = createPolicyNotes(notes);
  take(overview);
  take(overview);
  take({ ...overview, problem: 'line 3: unexpected }' });
  take({ ...overview, problem: 'line 3: unexpected }' });
  take({ ...overview, version: 2 });
  take({ ...overview, version: null, problem: 'no files' });
  expect(notes.events.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'policy.in_force 1',
    'policy.refused 1',
    'policy.in_force 2',
    'policy.in_force ',
    'policy.refused ',
  ]);
});

it('notes the start, with the bytes of the configuration, and the end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noted-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const configFile = join(folder, 'proxy.yaml');
  writeFileSync(configFile, 'version: "1.0"\n');
  const notes = notebook();
  const life = noteLife(notes, { version: '1.2.3', configFile });
  void life.close();
  expect(notes.events).toMatchObject([
    { kind: 'app.started', details: { version: '1.2.3' } },
    {
      kind: 'config.loaded',
      subject: configFile,
      details: { digest: expect.stringMatching(/^[0-9a-f]{64}$/u) as string },
    },
    { kind: 'app.stopped' },
  ]);
});
