import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildInput } from '../../../../electron/gateway/policy/input.ts';
import { callContext, callOf, request } from '../fakes.ts';
import { by, call } from './engines.ts';
import { opaEval } from './opa-eval.ts';
import { shippedPolicies } from './places.ts';

const pastRead = { server: 'files', method: 'tools/call', tool: 'read_file', resource: '', count: 2 };

const surroundings = { environment: 'development', proxyRegion: 'eu' };

describe('the policy input', () => {
  it('has the nested and the flat form', () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const history = { calls: [pastRead], truncated: false };
    const session = {
      id: 's1',
      requestCount: 3,
      startedAt: 0,
      cumulativeReads: 2,
      cumulativeWrites: 1,
      history,
    };
    const change = { at, session, server: 'files', sourceIp: '::1', ...by('read:*') };
    const args = { path: '/tmp/a' };
    expect(buildInput(call('read_file', args, change), surroundings)).toEqual({
      agent: { id: 'cursor', name: 'Cursor', capabilities: ['read:*'], model: '', publisher: '', tags: [] },
      request: { method: 'tools/call', tool: 'read_file', arguments: args, intent: '' },
      session: {
        id: 's1',
        request_count: 3,
        started_at: '1970-01-01T00:00:00.000Z',
        cumulative_reads: 2,
        cumulative_writes: 1,
        history,
      },
      identity: { verified: false, did: '' },
      context: {
        timestamp: '2026-01-02T03:04:05.678Z',
        source_ip: '::1',
        environment: 'development',
        proxy_region: 'eu',
      },
      method: 'tools/call',
      tool: 'read_file',
      arguments: args,
      server: 'files',
      client: 'Some Client',
      client_id: '',
      process: { pid: 0, executable: '', name: '', proven: false },
      resource: '',
    });
  });

  it('knows the client by its token, and its program as a hint', () => {
    const process = { pid: 41, started: '7', executable: '/opt/cursor', name: 'cursor' };
    expect(buildInput(call('read_file', {}, { clientId: 'cursor', process }), surroundings)).toMatchObject({
      client_id: 'cursor',
      process: { pid: 41, executable: '/opt/cursor', name: 'cursor', proven: false },
    });
  });

  it('names the resource of a read', () => {
    const input = buildInput(callOf(request(1, 'resources/read', { uri: 'file:///a' })), surroundings);
    expect(input).toMatchObject({ method: 'resources/read', tool: '', resource: 'file:///a' });
  });

  it('is what the JSON schema describes, no more and no less', () => {
    const schema = readFileSync(join(shippedPolicies, 'input.schema.json'), 'utf8');
    const calls = [
      call('read_file', { path: '/tmp/a', deep: [{ a: 1 }] }),
      call(
        'read_file',
        {},
        { session: { ...callContext.session, history: { calls: [pastRead], truncated: true } } },
      ),
      callOf(request(1, 'resources/read', { uri: 'file:///a' })),
      callOf(request(1, 'prompts/get', { name: 'greet' })),
    ];
    const inputs: object[] = calls.map((each) => buildInput(each, surroundings));
    const surplus = { ...inputs[0], tol: '' };
    const lacking = { ...inputs[0], tool: undefined };

    const misfit = { ...inputs[1], session: { id: '' } };
    const documents = [...inputs, surplus, lacking, misfit].map(
      (input) => `[${JSON.stringify(input)}, ${schema}]`,
    );
    expect(opaEval('json.match_schema(x[0], x[1])[0]', documents)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
