// One session with several servers: who gets what, what comes back, and what one server's failure leaves of it.
import { describe, expect, it, vi } from 'vitest';
import { clientMessage, notification, request } from '../fakes.ts';
import { answerText, delivered, initialize, initialized, openAll, scripted } from './setting.ts';

const tools = (...names: string[]) => ({ 'tools/list': () => ({ tools: names.map((name) => ({ name })) }) });
const error = (code: number, message: unknown = expect.any(String)) => ({
  error: { code, message },
});

describe('initialize', () => {
  it("goes to every server in the client's own words, and is answered for all", async () => {
    const a = scripted('files', {
      initialize: () => ({
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        instructions: 'Be careful.',
      }),
    });
    const b = scripted('tickets', {
      initialize: () => ({ protocolVersion: '2024-11-05', capabilities: { logging: {} } }),
    });
    const { ask, session, outlet, connection } = openAll(a, b);
    const answer = (await ask(initialize())) as { result: { instructions: string } };
    expect(answer).toMatchObject({
      id: 'init',
      result: {
        protocolVersion: '2025-11-25',
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { listChanged: true, subscribe: false },
          logging: {},
        },
        serverInfo: { version: '1.2.3' },
      },
    });
    expect(answer.result.instructions).toContain('files__, tickets__');
    expect(answer.result.instructions).toContain('## files\n\nBe careful.');
    expect(session.protocolVersion).toBe('2025-11-25');
    for (const index of [0, 1]) {
      expect(connection(index).sent[0]).toMatchObject({ params: { clientInfo: { name: 'tester' } } });
    }
    expect(outlet.sent).toHaveLength(1);
  });

  it.each([
    ['2025-06-18', ['2025-06-18', '2024-11-05'], '2025-06-18'],
    ['2025-11-25', ['2025-03-26', '2025-06-18'], '2025-06-18'],
    ['2030-01-01', ['2025-11-25', '2024-11-05'], '2025-11-25'],
  ])('for %s where servers settle on %j is answered with %s', async (asked, settled, expected) => {
    const servers = settled.map((protocolVersion, index) =>
      scripted(`s${index}`, { initialize: () => ({ protocolVersion, capabilities: {} }) }),
    );
    const { ask } = openAll(...servers);
    expect(await ask(initialize(asked))).toMatchObject({ result: { protocolVersion: expected } });
  });

  it('leaves out who fails, and says so', async () => {
    const broken = scripted('broken', { initialize: () => '"error":{"code":1,"message":"It is broken"}' });
    const { ask, logger } = openAll(scripted('files'), broken);
    const { result } = (await ask(initialize())) as { result: { instructions: string } };
    expect(result.instructions).toContain('The server broken is not available at the moment: It is broken.');
    expect(logger.lines).toContainEqual({
      event: 'server_left_out',
      fields: { server: 'broken', why: 'It is broken' },
    });
  });

  it('leaves out who speaks the other era alone, without asking', async () => {
    const modern = scripted('modern');
    modern.refuses = (era) => era === 'legacy';
    const { ask } = openAll(scripted('files'), modern);
    const { result } = (await ask(initialize())) as { result: { instructions: string } };
    expect(result.instructions).toContain('/servers/modern/mcp');
    expect(modern.connections).toEqual([]);
  });

  it('does not wait for who does not answer; that one joins when it does', async () => {
    const slow = scripted('slow', { initialize: () => null, ...tools('x') });
    const { session, ask, outlet, connection } = openAll(scripted('files'), slow);
    const { result } = (await ask(initialize())) as { result: { instructions: string } };
    expect(result.instructions).toMatch(/The server slow is not available.*has not answered yet/u);
    await session.receive(notification('notifications/initialized'));
    const [asked] = connection(1).sent;
    if (asked?.kind !== 'request') throw new Error('nothing was asked');
    connection(1).says({
      id: asked.id,
      result: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
    });
    await vi.waitFor(() => expect(delivered(outlet)).toHaveLength(3));
    expect(connection(1).methods).toEqual(['initialize', 'notifications/initialized']);
    expect(await ask(request(1, 'tools/list'))).toMatchObject({ result: { tools: [{ name: 'slow__x' }] } });
  });

  it('fails where nobody can be had, and the session is over', async () => {
    const broken = (name: string) =>
      scripted(name, { initialize: () => '"error":{"code":1,"message":"no"}' });
    const { ask, outlet, sessions } = openAll(broken('a'), broken('b'));
    expect(await ask(initialize())).toMatchObject(error(-32004, expect.stringMatching(/a: no; b: no/)));
    expect(outlet.sent.at(-1)).toEqual({ kind: 'end' });
    expect(sessions.list()).toEqual([]);
  });

  it('comes once, and first', async () => {
    const { ask } = openAll(scripted('files'));
    expect(await ask(request(1, 'tools/list'))).toMatchObject(error(-32600));
    expect(await ask(request(2, 'ping'))).toMatchObject({ result: {} });
    await ask(initialize());
    expect(await ask(initialize('2025-11-25', 'again'))).toMatchObject(error(-32600));
  });
});

describe('a list', () => {
  it('holds what all servers have, each element as it came but for its name', async () => {
    const text = '{ "name":"read" , "n":12345678901234567890,"_meta":{"x":"\\u00e9"} }';
    const a = scripted('files', { 'tools/list': () => `"result":{"tools":[${text}]}` });
    const { ask, outlet } = await initialized(a, scripted('tickets', tools('open', 'close')));
    await ask(request(1, 'tools/list'));
    expect(answerText(outlet, 1)).toBe(
      `{"jsonrpc":"2.0","id":1,"result":{"tools":[${text.replace('read', 'files__read')},{"name":"tickets__open"},{"name":"tickets__close"}]}}`,
    );
  });

  it('has all pages of each', async () => {
    const pages = scripted('pages', {
      'tools/list': ({ params }) =>
        typeof params.cursor === 'string'
          ? { tools: [{ name: `two-${params.cursor}` }] }
          : { tools: [{ name: 'one' }], nextCursor: 'more' },
    });
    const { ask } = await initialized(pages);
    expect(await ask(request(1, 'tools/list'))).toMatchObject({
      result: { tools: [{ name: 'pages__one' }, { name: 'pages__two-more' }] },
    });
    expect(await ask(request(2, 'tools/list', { cursor: 'more' }))).toMatchObject(error(-32602));
  });

  it('lacks the part of a server that fails, and nothing else', async () => {
    const failing = scripted('failing', { 'tools/list': () => '"error":{"code":1,"message":"no"}' });
    const { ask, logger } = await initialized(failing, scripted('files', tools('read')));
    expect(await ask(request(1, 'tools/list'))).toMatchObject({
      result: { tools: [{ name: 'files__read' }] },
    });
    expect(logger.events).toContain('list_incomplete');
  });

  it('does not wait for the part of a server that does not answer, which is told so', async () => {
    const { ask, connection } = await initialized(
      scripted('silent', { 'tools/list': () => null }),
      scripted('files', tools('read')),
    );
    expect(await ask(request(1, 'tools/list'))).toMatchObject({
      result: { tools: [{ name: 'files__read' }] },
    });
    expect(connection(0).methods).toEqual(['tools/list', 'notifications/cancelled']);
  });

  it('asks nobody for what it does not offer', async () => {
    const mute = scripted('mute', {
      initialize: () => ({ protocolVersion: '2025-11-25', capabilities: {} }),
    });
    const { ask, connection } = await initialized(mute, scripted('files', tools('read')));
    await ask(request(1, 'tools/list'));
    expect(connection(0).sent).toEqual([]);
  });

  it("lacks what the policy would deny, under the server's own names", async () => {
    const { ask } = await initialized(scripted('files', tools('read', 'deny_this')));
    expect(await ask(request(1, 'tools/list'))).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { tools: [{ name: 'files__read' }] },
    });
  });

  it('refuses an element that is read differently from how it is written', async () => {
    const sly = scripted('sly', {
      'tools/list': () =>
        '"result":{"tools":[{"name":"x","name":"files__read"},{"name":7},null,{"name":"ok"}]}',
    });
    const { ask, settings } = await initialized(scripted('files'), sly);
    // A policy that hides items would have seen to that already.
    settings.policyEnabled = false;
    expect(await ask(request(1, 'tools/list'))).toMatchObject({ result: { tools: [{ name: 'sly__ok' }] } });
  });
});

describe('a call', () => {
  it('goes to its server under its real name, byte for byte, and is judged and recorded so', async () => {
    const a = scripted('files', { 'tools/call': () => '"result":{"n":12345678901234567890}' });
    const { session, outlet, log, connection } = await initialized(a, scripted('tickets'));
    const text =
      '{"jsonrpc":"2.0", "id":"c1","x":1,"method":"tools/call","params":{"_meta":{"progressToken":1}, "name" : "files__read","arguments":{"n":12345678901234567890}}}';
    await session.receive(clientMessage(text));
    expect(connection(0).sent.map(({ bytes }) => bytes.toString())).toEqual([
      text.replace('files__read', 'read'),
    ]);
    expect(connection(1).sent).toEqual([]);
    expect(answerText(outlet, 'c1')).toBe('{"jsonrpc":"2.0","id":"c1","result":{"n":12345678901234567890}}');
    const [record] = log.of('tools/call');
    expect(record?.call).toMatchObject({ server: 'files', tool: 'read', session: { id: session.id } });
    expect(record?.call.client.name).toBe('tester');
  });

  it('that the policy denies for one server reaches none', async () => {
    const { ask, connection } = await initialized(scripted('files'), scripted('tickets'));
    expect(await ask(request(1, 'tools/call', { name: 'files__deny_this' }))).toMatchObject(error(-32001));
    expect([...connection(0).sent, ...connection(1).sent]).toEqual([]);
  });

  it.each([
    ['tools/call', { name: 'nobody__read' }, -32602],
    ['tools/call', { name: 'read' }, -32602],
    ['tools/call', {}, -32602],
    ['prompts/get', { name: 7 }, -32602],
    ['resources/read', { uri: 'no://where' }, -32602],
    ['completion/complete', { ref: { type: 'ref/other' } }, -32602],
    ['completion/complete', { ref: { type: 'toString' } }, -32602],
    ['completion/complete', {}, -32602],
    ['tasks/list', {}, -32601],
    ['toString', {}, -32601],
  ])('%s of %j is refused with %i, and that is recorded', async (method, params, code) => {
    const { ask, log, connection } = await initialized(scripted('files'), scripted('tickets'));
    expect(await ask(request(1, method, params))).toMatchObject(error(code));
    expect(log.refusals).toMatchObject([{ server: 'all', method, errorCode: code, reason: 'malformed' }]);
    expect(
      [...connection(0).methods, ...connection(1).methods].filter((one) => !one.endsWith('list')),
    ).toEqual([]);
    // The id is free again.
    expect(await ask(request(2, 'ping'))).toMatchObject({ result: {} });
  });

  it('with the id of a running one is refused', async () => {
    const { session, ask, outlet } = await initialized(scripted('files', { 'tools/call': () => null }));
    await session.receive(request(1, 'tools/call', { name: 'files__slow' }));
    expect(await ask(request(1, 'ping'))).toMatchObject(error(-32600));
    expect(outlet.answers(1)).toHaveLength(1);
  });

  it('with a name that was cut finds its tool, in a session that has not listed it', async () => {
    const name = 'x'.repeat(100);
    const server = scripted('files', { ...tools(name), 'tools/call': () => ({}) });
    const first = await initialized(server);
    const listed = (await first.ask(request(1, 'tools/list'))) as { result: { tools: { name: string }[] } };
    const shown = listed.result.tools[0]?.name ?? '';
    const second = await initialized(server);
    await second.ask(request(1, 'tools/call', { name: shown }));
    expect(second.connection(0).sent.at(-1)).toMatchObject({ method: 'tools/call', params: { name } });
  });

  it('can be cancelled at its server', async () => {
    const { session, connection, outlet } = await initialized(
      scripted('files', { 'tools/call': () => null }),
    );
    await session.receive(request(1, 'tools/call', { name: 'files__slow' }));
    await session.receive(notification('notifications/cancelled', { requestId: 1 }));
    expect(connection(0).methods).toEqual(['tools/call', 'notifications/cancelled']);
    expect(outlet.sent).toEqual([{ kind: 'abandon', to: 1 }]);
  });
});

describe('what is asked of all', () => {
  it('can be cancelled, at every server', async () => {
    const silent = { 'tools/list': () => null };
    const { session, connection, outlet } = await initialized(scripted('a', silent), scripted('b', silent));
    void session.receive(request(1, 'tools/list'));
    await vi.waitFor(() => expect(connection(1).methods).toEqual(['tools/list']));
    await session.receive(notification('notifications/cancelled', { requestId: 1 }));
    await vi.waitFor(() => expect(connection(1).methods).toEqual(['tools/list', 'notifications/cancelled']));
    expect(connection(0).methods).toEqual(['tools/list', 'notifications/cancelled']);
    expect(outlet.sent).toEqual([{ kind: 'abandon', to: 1 }]);
  });

  it('sets the log level where there is one, and fails only where all do', async () => {
    const refusing = { 'logging/setLevel': () => '"error":{"code":1,"message":"no"}' };
    const one = await initialized(scripted('a', refusing), scripted('b'));
    expect(await one.ask(request(1, 'logging/setLevel', { level: 'debug' }))).toMatchObject({ result: {} });
    expect(one.connection(1).sent[0]).toMatchObject({ params: { level: 'debug' } });
    const none = await initialized(scripted('a', refusing));
    expect(await none.ask(request(1, 'logging/setLevel', { level: 'debug' }))).toMatchObject(error(-32004));
  });
});

describe('resources', () => {
  const notes = {
    'resources/list': () => ({ resources: [{ uri: 'note://1' }] }),
    'resources/templates/list': () => ({ resourceTemplates: [{ uriTemplate: 'note://{id}' }] }),
    'resources/read': ({ params }: { params: Readonly<Record<string, unknown>> }) => ({
      contents: [{ uri: params.uri, text: '' }],
    }),
    'resources/subscribe': () => ({}),
  };

  it('are read from the server that lists them, without being listed first', async () => {
    const { ask, connection } = await initialized(scripted('a'), scripted('b', notes));
    expect(await ask(request(1, 'resources/read', { uri: 'note://1' }))).toMatchObject({
      result: { contents: [{ uri: 'note://1' }] },
    });
    expect(connection(1).methods.at(-1)).toBe('resources/read');
    await ask(request(2, 'resources/read', { uri: 'note://77' }));
    expect(connection(1).sent.at(-1)).toMatchObject({ params: { uri: 'note://77' } });
  });

  it('that two servers have can be had from both', async () => {
    const { ask, connection } = await initialized(scripted('a', notes), scripted('b', notes));
    const list = await ask(request(1, 'resources/list'));
    expect(list).toMatchObject({ result: { resources: [{ uri: 'note://1' }, { uri: 'b+note://1' }] } });
    expect(await ask(request(2, 'resources/read', { uri: 'b+note://1' }))).toMatchObject({
      result: { contents: [{ uri: 'b+note://1' }] },
    });
    expect(connection(1).sent.at(-1)).toMatchObject({ params: { uri: 'note://1' } });
  });

  it('that a result links to are read from the server whose result it was', async () => {
    const linking = {
      'tools/call': () => ({ content: [{ type: 'resource_link', uri: 'x://1', name: 'x' }] }),
    };
    const { ask, connection } = await initialized(scripted('a'), scripted('b', { ...notes, ...linking }));
    await ask(request(1, 'tools/call', { name: 'b__link' }));
    await ask(request(2, 'resources/subscribe', { uri: 'x://1' }));
    expect(connection(1).methods).toEqual(['tools/call', 'resources/subscribe']);
    expect(connection(0).sent).toEqual([]);
  });

  it('of the only server that has any are asked for there, whatever they are', async () => {
    const mute = scripted('a', { initialize: () => ({ protocolVersion: '2025-11-25', capabilities: {} }) });
    const { ask, connection } = await initialized(
      mute,
      scripted('b', { 'resources/read': () => ({ contents: [] }) }),
    );
    await ask(request(1, 'resources/read', { uri: 'un://listed' }));
    expect(connection(1).sent.at(-1)).toMatchObject({ params: { uri: 'un://listed' } });
  });

  it('and their templates can be completed', async () => {
    const complete = { 'completion/complete': () => ({ completion: { values: ['1'] } }) };
    const { ask, connection } = await initialized(scripted('a'), scripted('b', { ...notes, ...complete }));
    const ref = { type: 'ref/resource', uri: 'note://{id}' };
    await ask(request(1, 'completion/complete', { ref, argument: { name: 'id', value: '' } }));
    expect(connection(1).sent.at(-1)).toMatchObject({ method: 'completion/complete', params: { ref } });
  });
});

describe('what servers say', () => {
  it('is asked of the client under ids of ours, and each answer goes to its own', async () => {
    const { session, outlet, connection } = await initialized(scripted('a'), scripted('b'));
    connection(0).says({ id: 1, method: 'roots/list' });
    connection(1).says({ id: 1, method: 'roots/list' });
    const asked = delivered(outlet) as { id: string }[];
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
    await session.receive(
      clientMessage(`{"jsonrpc":"2.0","id":"${asked[1]?.id ?? ''}","result":{"roots":[]}}`),
    );
    expect(connection(0).sent).toEqual([]);
    expect(connection(1).sent).toMatchObject([{ kind: 'response', id: 1, result: { roots: [] } }]);
  });

  it('about a call stays with that call, whatever else there is', async () => {
    const { session, outlet, connection } = await initialized(scripted('a', { 'tools/call': () => null }));
    await session.receive(request(7, 'tools/call', { name: 'a__x', _meta: { progressToken: 't' } }));
    connection(0).says({ method: 'notifications/progress', params: { progressToken: 't', progress: 1 } });
    connection(0).says({ method: 'notifications/message', params: { data: 'hello' } }, 7);
    connection(0).streams(7, { kind: 'opened' });
    expect(outlet.sent).toMatchObject([
      { kind: 'deliver', relatedTo: 7, json: { params: { progressToken: 't', progress: 1 } } },
      { kind: 'deliver', relatedTo: 7, json: { params: { data: 'hello' } } },
      { kind: 'stream', to: 7, event: { kind: 'opened' } },
    ]);
  });

  it('about a list that was asked for us belongs to the request that it serves', async () => {
    const { session, outlet, connection } = await initialized(scripted('a', { 'tools/list': () => null }));
    void session.receive(request(7, 'tools/list'));
    await vi.waitFor(() => expect(connection(0).sent).toHaveLength(1));
    const [asked] = connection(0).sent;
    if (asked?.kind !== 'request') throw new Error('nothing was asked');
    connection(0).says({ method: 'notifications/message', params: { data: 'hello' } }, asked.id);
    connection(0).streams(asked.id, { kind: 'opened' });
    expect(outlet.sent).toMatchObject([{ kind: 'deliver', relatedTo: 7 }]);
  });

  it('of changed lists is said once for all', async () => {
    const { outlet, connection } = await initialized(scripted('a'), scripted('b'));
    for (const index of [0, 1, 0]) connection(index).says({ method: 'notifications/tools/list_changed' });
    connection(1).says({ method: 'notifications/prompts/list_changed' });
    await vi.waitFor(() => expect(delivered(outlet)).toHaveLength(2));
    expect(delivered(outlet)).toMatchObject([
      { method: 'notifications/tools/list_changed' },
      { method: 'notifications/prompts/list_changed' },
    ]);
  });

  it('of an updated resource names it as the client knows it', async () => {
    const notes = { 'resources/list': () => ({ resources: [{ uri: 'note://1' }] }) };
    const { ask, outlet, connection } = await initialized(scripted('a', notes), scripted('b', notes));
    await ask(request(1, 'resources/list'));
    for (const index of [0, 1]) {
      connection(index).says({ method: 'notifications/resources/updated', params: { uri: 'note://1' } });
    }
    expect(delivered(outlet)).toMatchObject([
      { params: { uri: 'note://1' } },
      { params: { uri: 'b+note://1' } },
    ]);
  });

  it('reaches the client as it came where nothing has to be changed', async () => {
    const { outlet, connection } = await initialized(scripted('a'));
    const text = '{"jsonrpc":"2.0", "method":"notifications/message","params":{"n":12345678901234567890}}';
    connection(0).says(text);
    expect(outlet.sent).toMatchObject([{ kind: 'deliver', text }]);
  });
});

describe('a server that ends', () => {
  it('takes its calls, its questions and its tools with it, and nothing else', async () => {
    const a = scripted('a', { ...tools('x'), 'tools/call': () => null });
    const { session, ask, outlet, connection } = await initialized(a, scripted('b', tools('y')));
    await session.receive(request(1, 'tools/call', { name: 'a__x' }));
    connection(0).says({ id: 9, method: 'elicitation/create', params: {} });
    const [asked] = delivered(outlet) as { id: string }[];
    connection(0).lost('It crashed');
    expect(outlet.answers(1)).toMatchObject([error(-32004, 'It crashed')]);
    expect(delivered(outlet).at(-1)).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: asked?.id },
    });
    await vi.waitFor(() =>
      expect(delivered(outlet)).toContainEqual({
        jsonrpc: '2.0',
        method: 'notifications/tools/list_changed',
        params: {},
      }),
    );
    expect(await ask(request(2, 'tools/list'))).toMatchObject({ result: { tools: [{ name: 'b__y' }] } });
    expect(await ask(request(3, 'tools/call', { name: 'a__x' }))).toMatchObject(error(-32004));
    expect(outlet.sent).not.toContainEqual({ kind: 'end' });
  });

  it('joins again by itself, as the session is by then', async () => {
    const a = scripted('a', {
      ...tools('x'),
      'resources/list': () => ({ resources: [{ uri: 'x://1' }, { uri: 'x://2' }] }),
      'resources/subscribe': () => ({}),
      'resources/unsubscribe': () => ({}),
    });
    const { session, ask, outlet, connection } = await initialized(a, scripted('b'));
    await ask(request(1, 'logging/setLevel', { level: 'debug' }));
    await ask(request('one', 'resources/subscribe', { uri: 'x://1' }));
    await ask(request('two', 'resources/subscribe', { uri: 'x://2' }));
    await ask(request('three', 'resources/unsubscribe', { uri: 'x://1' }));
    connection(0).lost('It crashed');
    await vi.waitFor(() => expect(a.connections).toHaveLength(2), { timeout: 3_000 });
    await vi.waitFor(() =>
      expect(connection(0).methods).toEqual([
        'initialize',
        'notifications/initialized',
        'logging/setLevel',
        'resources/subscribe',
      ]),
    );
    expect(connection(0).sent.slice(-2)).toMatchObject([
      { params: { level: 'debug' } },
      { params: { uri: 'x://2' } },
    ]);
    await vi.waitFor(() => expect(delivered(outlet).length).toBeGreaterThanOrEqual(3));
    expect(await ask(request(2, 'tools/list'))).toMatchObject({ result: { tools: [{ name: 'a__x' }] } });
    expect(session.protocolVersion).toBe('2025-11-25');
  });

  it('is asked again less and less often, and no more once the session is over', async () => {
    vi.useFakeTimers();
    try {
      const broken = scripted('broken', { initialize: () => '"error":{"code":1,"message":"no"}' });
      const { session } = openAll(scripted('a'), broken);
      void session.receive(initialize());
      await vi.advanceTimersByTimeAsync(500);
      const tries = [broken.connections.length];
      for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
        await vi.advanceTimersByTimeAsync(seconds * 1_000);
        tries.push(broken.connections.length);
      }
      expect(tries).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      await session.close();
      await vi.advanceTimersByTimeAsync(600_000);
      expect(broken.connections).toHaveLength(9);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the session', () => {
  it('is one to whoever counts, and has one id for all that happens in it', async () => {
    const { all, client, session, sessions, ask, log } = await initialized(
      scripted('a', { 'tools/call': () => ({}) }),
      scripted('b'),
    );
    await ask(request(1, 'tools/call', { name: 'a__x' }));
    expect(sessions.list()).toMatchObject([{ id: session.id, server: 'all', client: 'tester', requests: 2 }]);
    expect(log.of('tools/call')[0]?.call.session.id).toBe(session.id);
    expect(all.open(client, () => ({}) as never)).toBeNull();
    expect(all.find(session.id, client)).toBe(session);
    expect(sessions.find(session.id, scripted('a'), client)).toBeUndefined();
  });

  it('has one history of what was called, whichever server it was', async () => {
    const answering = { 'tools/call': () => ({}) };
    const { ask, log } = await initialized(scripted('a', answering), scripted('b', answering));
    await ask(request(1, 'tools/call', { name: 'a__read_secret' }));
    await ask(request(2, 'tools/call', { name: 'b__send' }));
    expect(log.of('tools/call')[1]?.call).toMatchObject({
      server: 'b',
      session: { history: { calls: [{ server: 'a', tool: 'read_secret', count: 1 }] } },
    });
  });

  it('ends with all that is in it: what waits is answered, every connection closed', async () => {
    const silent = { 'tools/call': () => null, 'tools/list': () => null };
    const { session, outlet, ended, connection, sessions } = await initialized(
      scripted('a', silent),
      scripted('b', silent),
    );
    await session.receive(request(1, 'tools/call', { name: 'a__x' }));
    void session.receive(request(2, 'tools/list'));
    await vi.waitFor(() => expect(connection(1).sent).toHaveLength(1));
    await session.close();
    expect(outlet.answers(1)).toMatchObject([error(-32004)]);
    expect(outlet.answers(2)).toMatchObject([error(-32004)]);
    expect(outlet.sent.at(-1)).toEqual({ kind: 'end' });
    expect([connection(0).closed, connection(1).closed]).toEqual([true, true]);
    expect(ended).toEqual([session.id]);
    expect(sessions.list()).toEqual([]);
  });

  it('that has ended answers what still comes', async () => {
    const { session, outlet } = await initialized(scripted('a'));
    await session.close();
    await session.receive(request(1, 'ping'));
    expect(outlet.answers(1)).toMatchObject([error(-32600)]);
  });

  it('tells all servers of changed roots, and one of progress that it asked for', async () => {
    const { session, outlet, connection } = await initialized(scripted('a'), scripted('b'));
    await session.receive(notification('notifications/roots/list_changed'));
    connection(1).says({ id: 1, method: 'sampling/createMessage', params: { _meta: { progressToken: 5 } } });
    const [asked] = delivered(outlet) as { params: { _meta: { progressToken: string } } }[];
    const progressToken = asked?.params._meta.progressToken;
    await session.receive(notification('notifications/progress', { progressToken, progress: 1 }));
    await session.receive(notification('notifications/unheard/of'));
    expect(connection(0).methods).toEqual(['notifications/roots/list_changed']);
    expect(connection(1).sent).toMatchObject([
      { method: 'notifications/roots/list_changed' },
      { method: 'notifications/progress', params: { progressToken: 5 } },
    ]);
  });
});
