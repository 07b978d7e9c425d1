// What is wrong with a running gateway, in words.
import { expect, it } from 'vitest';
import { beyondLoopback } from '../../../../electron/gateway/runtime/problems.ts';

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
