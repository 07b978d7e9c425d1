// The tour against a stand-in for the proxy that answers each tool as the test says.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { randomUUID } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DemoStep } from '../../../electron/shared/domain.ts';
import { demoServerName } from '../../../electron/demo/server-name.ts';
import { asExpected, runTour } from '../../../electron/demo/tour.ts';

type Answer = { text: string } | { refusal: string } | { toolError: string } | 'never';

const usual: Record<string, Answer> = {
  list_notes: { text: '2 notes' },
  delete_note: { refusal: 'Policy violation: notes are kept' },
  send_note: { text: 'sent' },
};

let http: Server | undefined;
let asked: string[] = [];
let ended = 0;
let presented = new Set<string | undefined>();
afterEach(() => {
  http?.closeAllConnections();
  http?.close();
  asked = [];
  ended = 0;
  presented = new Set();
});

async function standIn(answers: Record<string, Answer>, name = demoServerName): Promise<string> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessionclosed: () => {
      ended++;
    },
  });
  const mcp = new McpServer({ name, version: '1' }, { capabilities: { tools: {} } });
  // Answers below McpServer's tools, for these turn every error into a result.
  mcp.server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const tool = params.name;
    asked.push(tool);
    const answer = answers[tool] ?? 'never';
    if (answer === 'never') return new Promise(() => undefined);
    if ('text' in answer) return Promise.resolve({ content: [{ type: 'text', text: answer.text }] });
    if ('toolError' in answer) {
      return Promise.resolve({ isError: true, content: [{ type: 'text', text: answer.toolError }] });
    }
    return Promise.reject(Object.assign(new Error(answer.refusal), { code: -32001 }));
  });
  await mcp.connect(transport);
  const server = createServer((request, response) => {
    presented.add(request.headers.authorization);
    void transport.handleRequest(request, response);
  });
  http = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function tour(url: string, signal = new AbortController().signal) {
  const shown: (readonly DemoStep[])[] = [];
  const steps = await runTour({
    url,
    certificate: null,
    token: 'mcpp_tour',
    clientName: 'test',
    signal,
    onStep: (all) => shown.push(all),
  });
  return { steps, shown };
}

const outcomes = (steps: readonly DemoStep[]) => steps.map((step) => step.outcome);

describe('with the demo server and the shipped policy', () => {
  it('is allowed, denied and asked, in this order', async () => {
    const { steps } = await tour(await standIn(usual));
    expect(outcomes(steps)).toEqual(['allowed', 'denied', 'allowed']);
    expect(steps.every(asExpected)).toBe(true);
    expect(asked).toEqual(['list_notes', 'delete_note', 'send_note']);
  });

  it('tells each step while it waits and when it is done', async () => {
    const { shown } = await tour(await standIn(usual));
    expect(shown.map(outcomes)).toEqual([
      ['waiting'],
      ['allowed'],
      ['allowed', 'waiting'],
      ['allowed', 'denied'],
      ['allowed', 'denied', 'waiting'],
      ['allowed', 'denied', 'allowed'],
    ]);
  });

  it('says why a call was denied', async () => {
    const { steps } = await tour(await standIn(usual));
    expect(steps[1]?.detail).toBe('Policy violation: notes are kept');
  });

  it('takes a denial by a person for a good answer', async () => {
    const { steps } = await tour(await standIn({ ...usual, send_note: { refusal: 'Nobody answered' } }));
    expect(steps[2]).toMatchObject({ outcome: 'denied', detail: 'Nobody answered' });
    expect(steps.every(asExpected)).toBe(true);
  });

  it('presents its token with each request', async () => {
    await tour(await standIn(usual));
    expect([...presented]).toEqual(['Bearer mcpp_tour']);
  });

  it('ends its session', async () => {
    await tour(await standIn(usual));
    expect(ended).toBe(1);
  });
});

describe('when things are not as they should be', () => {
  it('touches no notes but those of the demo', async () => {
    const { steps } = await tour(await standIn(usual, 'my-real-notes'));
    expect(outcomes(steps)).toEqual(['failed']);
    expect(steps[0]?.detail).toContain('my-real-notes');
    expect(asked).toEqual([]);
  });

  it('ends at the first step that fails', async () => {
    const { steps } = await tour(await standIn({ ...usual, list_notes: { toolError: 'disk full' } }));
    expect(steps).toMatchObject([{ outcome: 'failed', detail: 'disk full' }]);
  });

  it('does not find a deletion that was let through as expected', async () => {
    const { steps } = await tour(await standIn({ ...usual, delete_note: { text: 'deleted' } }));
    expect(steps.map(asExpected)).toEqual([true, false, true]);
  });

  it('says that nothing listens', async () => {
    const url = await standIn(usual);
    await new Promise((resolve) => http?.close(resolve));
    const { steps } = await tour(url);
    expect(steps).toMatchObject([
      { outcome: 'failed', detail: expect.stringContaining('ECONNREFUSED') as string },
    ]);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const url = await standIn({ ...usual, send_note: 'never' });
    const running = tour(url, stop.signal);
    await expect.poll(() => asked).toContain('send_note');
    stop.abort();
    const { steps } = await running;
    expect(steps[2]).toMatchObject({ outcome: 'failed', detail: 'The tour was stopped.' });
  });
});
