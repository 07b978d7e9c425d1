// What is wrong with a running gateway, in words.
import { describe, expect, it } from 'vitest';
import type { PolicyOverview } from '../../../../electron/shared/domain.ts';
import {
  beyondLoopback,
  bundleProblem,
  policyProblem,
} from '../../../../electron/gateway/runtime/problems.ts';

const bare = { encrypted: false, tokens: false };

it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('says nothing of %s', (address) => {
  expect(beyondLoopback(address, bare)).toBeNull();
});

it('warns of an address that others can reach, and says what is missing', () => {
  expect(beyondLoopback('0.0.0.0', bare)).toEqual({
    code: 'beyond_loopback',
    message: 'The proxy listens on 0.0.0.0: other machines can reach it, without encryption or tokens.',
    remedy: 'Set server.listen.address to 127.0.0.1, or else tls.enabled and server.auth: required.',
  });
});

it.each([
  [{ encrypted: true, tokens: false }, /without tokens\./u],
  [{ encrypted: false, tokens: true }, /without encryption\./u],
])('warns of what is left: %o', (has, words) => {
  expect(beyondLoopback('192.168.1.5', has)?.message).toMatch(words);
});

it('has nothing to say of one that is encrypted and wants tokens', () => {
  expect(beyondLoopback('0.0.0.0', { encrypted: true, tokens: true })).toBeNull();
});

describe('while no bundle has come yet', () => {
  const url = 'https://policies.example/mcp.tar.gz';
  const overview = (problem: NonNullable<PolicyOverview['bundle']>['problem']): PolicyOverview => ({
    ...{
      source: '/home/u/policies',
      files: [],
      entrypoint: 'data.mcp.policy',
      diagnostics: [],
      version: null,
    },
    problem: `No bundle could be taken from ${url} yet`,
    bundle: {
      ...{ url, taken: null, checking: true, lastTryAt: null, lastSuccessAt: null, nextTryAt: null },
      problem,
    },
  });

  it('says that it is waited for, and nothing of files to mend', () => {
    expect(policyProblem({ overview: () => overview(null) })).toEqual({
      code: 'policy',
      message: `No bundle could be taken from ${url} yet.`,
      remedy: 'Calls that need a verdict are denied until it comes. It is asked for again and again.',
    });
  });

  it('says once why it has not come', () => {
    const problem = {
      message: 'The server answers with status 404',
      remedy: 'See that a bundle lies there.',
    };
    const policy = { overview: () => overview(problem) };
    expect([policyProblem(policy), bundleProblem(policy)]).toEqual([
      null,
      { code: 'policy_bundle', ...problem },
    ]);
  });
});
