// What a client of a session gets to see of lists. The policy hides what is called `deny_…`, or begins with it.
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../electron/gateway/call.ts';
import { request } from '../fakes.ts';
import { initializedSession, openSession } from './setting.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));
const keyed = (key: string, ...values: string[]) => values.map((value) => ({ title: 'T', [key]: value }));

type Opened = Awaited<ReturnType<typeof initializedSession>>;

/** What the client is answered when the server answers a list request with this result. */
async function listed(opened: Opened, method: string, result: object, params: object = {}): Promise<unknown> {
  const id = `list-${opened.outlet.sent.length}`;
  await opened.session.receive(request(id, method, params));
  opened.connection.says({ id, result });
  return (opened.outlet.answers(id)[0] as { result?: unknown; error?: unknown }).result;
}

/** The policy of these tests judges resources by their URI. */
async function openWithUris(): Promise<Opened> {
  const opened = await initializedSession();
  opened.policy.lists = ({ tool, resource }: Call) => !(tool ?? resource ?? '').startsWith('deny_');
  return opened;
}

describe('a list', () => {
  it.each([
    ['tools/list', 'tools', 'name'],
    ['prompts/list', 'prompts', 'name'],
    ['resources/list', 'resources', 'uri'],
    ['resources/templates/list', 'resourceTemplates', 'uriTemplate'],
  ])('from %s is without what the policy hides', async (method, member, key) => {
    const opened = await openWithUris();
    const items = keyed(key, 'one', 'deny_it', 'two');
    const result = await listed(opened, method, { [member]: items, nextCursor: 'c', extra: 1 });
    expect(result).toEqual({ [member]: [items[0], items[2]], nextCursor: 'c', extra: 1 });
    const { fields } = opened.logger.lines.find(({ event }) => event === 'list_filtered') ?? {};
    expect(fields).toMatchObject({ method, server: 'files', hidden: 1 });
  });

  it('is judged item by item as the call that a client would make, by whom the client is', async () => {
    const opened = await initializedSession();
    const seen: unknown[] = [];
    opened.policy.lists = (call: Call, isTemplate: boolean) => {
      const { method, tool, resource, arguments: args, server, agent, client } = call;
      seen.push([method, tool, resource, args, isTemplate]);
      expect([server, agent.id, client.name]).toEqual(['files', 'agent-1', 'tester']);
      return true;
    };
    await listed(opened, 'tools/list', { tools: named('a') }, { cursor: 'x' });
    await listed(opened, 'prompts/list', { prompts: named('b') });
    await listed(opened, 'resources/list', { resources: keyed('uri', 'c:d') });
    await listed(opened, 'resources/templates/list', { resourceTemplates: keyed('uriTemplate', 'e:{f}') });
    expect(seen).toEqual([
      ['tools/call', 'a', null, {}, false],
      ['prompts/get', 'b', null, {}, false],
      ['resources/read', null, 'c:d', { uri: 'c:d' }, false],
      ['resources/read', null, 'e:{f}', { uri: 'e:{f}' }, true],
    ]);
  });

  it.each([
    ['the mode is audit', { mode: 'audit' as const }],
    ['all is paused', { paused: true }],
    ['the policy is off', { policyEnabled: false }],
  ])('is whole where %s', async (_what, change) => {
    const opened = await initializedSession();
    Object.assign(opened.settings, change);
    const tools = named('one', 'deny_it');
    expect(await listed(opened, 'tools/list', { tools, cacheScope: 'public', ttlMs: 90_000 })).toEqual({
      tools,
      cacheScope: 'private',
      ttlMs: 60_000,
    });
    expect(await listed(opened, 'tools/list', { tools: 'odd' })).toEqual({ tools: 'odd' });
  });

  it('that can not be filtered is none', async () => {
    const { session, connection, outlet, logger, log } = await initializedSession();
    await session.receive(request(1, 'tools/list'));
    connection.says({ id: 1, result: { tools: { deny_it: {} } } });
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32004 } }]);
    expect(logger.events).toContain('list_unreadable');
    expect(log.of('tools/list')).toMatchObject([{ outcomes: [{ status: 'ok' }] }]);
  });

  it('that is an error is passed on', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.receive(request(1, 'tools/list'));
    connection.says({ id: 1, error: { code: -32601, message: 'no tools here' } });
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32601, message: 'no tools here' } }]);
  });

  it('hides nothing from the log: what the server sent is what is recorded', async () => {
    const opened = await initializedSession();
    await listed(opened, 'tools/list', { tools: named('deny_it') });
    const bytes = Buffer.byteLength(
      '{"jsonrpc":"2.0","id":"list-0","result":{"tools":[{"name":"deny_it"}]}}',
    );
    expect(opened.log.of('tools/list')).toMatchObject([
      { verdict: { allow: true, reason: 'pass' }, outcomes: [{ status: 'ok', responseBytes: bytes }] },
    ]);
  });

  it('does not let a hidden tool be called', async () => {
    const opened = await initializedSession();
    await listed(opened, 'tools/list', { tools: named('deny_it') });
    await opened.session.receive(request('call', 'tools/call', { name: 'deny_it' }));
    expect(opened.outlet.answers('call')).toMatchObject([{ error: { code: -32001 } }]);
  });
});

describe('a notice of a changed resource', () => {
  const updated = (uri: unknown) => ({ method: 'notifications/resources/updated', params: { uri } });

  it('reaches the client where it may know the resource, and is dropped where not', async () => {
    const { connection, outlet, settings } = await openWithUris();
    connection.says(updated('a:b'));
    connection.says(updated('deny_it:c'));
    connection.says(updated(7));
    expect(outlet.sent).toMatchObject([{ kind: 'deliver', json: updated('a:b') }]);
    settings.mode = 'audit';
    connection.says(updated('deny_it:c'));
    expect(outlet.sent).toHaveLength(2);
  });
});

describe('a change of what is hidden', () => {
  const changes = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true },
  };

  async function open(capabilities: object = changes) {
    const opened = openSession();
    await opened.session.receive(request('init', 'initialize', { protocolVersion: '2025-11-25' }));
    opened.connection.says({ id: 'init', result: { protocolVersion: '2025-11-25', capabilities } });
    opened.outlet.sent.length = 0;
    const told = (why: 'settings' | 'policy'): string[] => {
      opened.outlet.sent.length = 0;
      opened.session.listsChanged(why);
      return opened.outlet.sent.map((sent) =>
        sent.kind === 'deliver' ? (sent.json as { method: string }).method : sent.kind,
      );
    };
    return { ...opened, told };
  }

  it('is told to a client that was given such a list, one notice for each kind', async () => {
    const opened = await open();
    await listed(opened, 'tools/list', { tools: named('one', 'deny_it') });
    await listed(opened, 'resources/list', { resources: [{}] });
    await listed(opened, 'resources/templates/list', { resourceTemplates: [{}] });
    expect(opened.told('settings')).toEqual([
      'notifications/tools/list_changed',
      'notifications/resources/list_changed',
    ]);
  });

  it('is told of lists that were given while nothing was hidden, too', async () => {
    const opened = await open();
    opened.settings.mode = 'audit';
    await listed(opened, 'prompts/list', { prompts: named('deny_it') });
    opened.settings.mode = 'enforce';
    expect(opened.told('settings')).toEqual(['notifications/prompts/list_changed']);
  });

  it('is not told of lists that were not given, or that the policy leaves whole', async () => {
    const opened = await open();
    await listed(opened, 'tools/list', { tools: named('one') });
    expect(opened.told('settings')).toEqual([]);
    expect(opened.told('policy')).toEqual(['notifications/tools/list_changed']);
  });

  it('is told of a list with something hidden on any page of it', async () => {
    const opened = await open();
    await listed(opened, 'tools/list', { tools: named('deny_it'), nextCursor: '2' });
    await listed(opened, 'tools/list', { tools: named('one') }, { cursor: '2' });
    expect(opened.told('settings')).toEqual(['notifications/tools/list_changed']);
    await listed(opened, 'tools/list', { tools: named('one') });
    expect(opened.told('settings')).toEqual([]);
  });

  it('is not told where the server has not said that its lists change', async () => {
    const opened = await open({ tools: {}, prompts: { listChanged: false }, resources: { subscribe: true } });
    await listed(opened, 'tools/list', { tools: named('deny_it') });
    await listed(opened, 'prompts/list', { prompts: named('deny_it') });
    expect(opened.told('policy')).toEqual([]);
  });
});
