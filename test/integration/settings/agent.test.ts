// What policies see of whoever calls without a token, and of where the proxy runs; and settings that do nothing, and say so.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, type RunningGateway, seenBy, telling } from './running-gateway.ts';

describe('a policy sees', () => {
  let proxy: RunningGateway;
  let seen: Record<string, Record<string, unknown>>;
  beforeAll(async () => {
    const { section: upstream } = await startRawUpstream('stdio');
    const agent = {
      id: 'night-shift',
      name: 'The night shift',
      capabilities: ['read:mail'],
      model: 'some-model',
      publisher: 'somebody',
      tags: ['batch'],
    };
    proxy = await runGateway({ upstream, agent, policy: { environment: 'staging' } }, { policies: telling });
    seen = seenBy(await (await openCalls(proxy.url)).call());
  });
  afterAll(() => proxy.close());

  it('agent.id: as the id of the agent, which stands in the log, too', () => {
    expect(seen.agent?.id).toBe('night-shift');
    expect(proxy.records().at(-1)?.agent_id).toBe('night-shift');
  });

  it('agent.name: as its name', () => {
    expect(seen.agent?.name).toBe('The night shift');
  });

  it('agent.capabilities: as what it may do', () => {
    expect(seen.agent?.capabilities).toEqual(['read:mail']);
  });

  it('agent.model, agent.publisher, agent.tags: as what else there is to know of it', () => {
    expect(seen.agent).toMatchObject({ model: 'some-model', publisher: 'somebody', tags: ['batch'] });
  });

  it('policy.environment: as where the proxy runs', () => {
    expect(seen.context?.environment).toBe('staging');
  });
});

describe('a setting without an effect says why', () => {
  const warningsOf = async (config: Record<string, unknown>) => {
    const { section: upstream } = await startRawUpstream('stdio');
    const proxy = await runGateway({ upstream, ...config });
    const { warnings } = await proxy.commands['config.read']();
    const logged = proxy.log().filter(({ event }) => event === 'config');
    expect(logged.map(({ message }) => message)).toEqual(warnings);
    return warnings.map((warning) => warning.replace(/^.*?: /u, ''));
  };
  const why = {
    agentfacts:
      'this has no effect: AgentFacts are not verified in this version; every agent counts as one that shows none',
    cache: 'this has no effect: decisions are not cached, because finding one would save no time that counts',
    buffer:
      'this has no effect: each record is written before its call goes on, so that none is ever gathered',
  };

  it('agentfacts.max_age, agentfacts.clock_skew, agentfacts.allowed_dids, agentfacts.verify_log_proof: in log and status', async () => {
    const agentfacts = {
      max_age: '1h',
      clock_skew: '1m',
      allowed_dids: ['did:key:a'],
      verify_log_proof: true,
    };
    expect(await warningsOf({ agentfacts })).toEqual(
      Object.keys(agentfacts).map((key) => `agentfacts.${key}: ${why.agentfacts}`),
    );
  });

  it('agentfacts.cache.enabled, agentfacts.cache.ttl, agentfacts.cache.max_entries: in log and status', async () => {
    const cache = { enabled: true, ttl: '1m', max_entries: 5 };
    expect(await warningsOf({ agentfacts: { cache } })).toEqual(
      Object.keys(cache).map((key) => `agentfacts.cache.${key}: ${why.agentfacts}`),
    );
  });

  it('policy.cache.enabled, policy.cache.ttl, policy.cache.max_entries: in log and status', async () => {
    const cache = { enabled: true, ttl: '1m', max_entries: 5 };
    expect(await warningsOf({ policy: { cache } })).toEqual(
      Object.keys(cache).map((key) => `policy.cache.${key}: ${why.cache}`),
    );
  });

  it('audit.buffer_size, audit.flush_interval: in log and status', async () => {
    const audit = { buffer_size: 5, flush_interval: '5s' };
    expect(await warningsOf({ audit })).toEqual(
      Object.keys(audit).map((key) => `audit.${key}: ${why.buffer}`),
    );
  });

  it('version: another one than this program knows', async () => {
    expect(await warningsOf({ version: '2.0' })).toEqual([
      'version: this program knows version 1 and reads the file as if it were that',
    ]);
  });
});

it('agentfacts.mode: what can’t be had is not promised; the proxy does not start where it is required', async () => {
  await expect(runGateway({ agentfacts: { mode: 'required' } })).rejects.toThrow(
    'agentfacts.mode: expected disabled or optional (this version does not verify AgentFacts), found "required"',
  );
  for (const mode of ['optional', 'disabled']) await runGateway({ agentfacts: { mode } });
});
