// Errors of the network in words that say what to do.
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../../electron/gateway/errors.ts';
import { networkError } from '../../../../electron/gateway/upstream/http-failure.ts';

const url = new URL('https://example.org:8443/mcp?key=secret');
const failure = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('networkError', () => {
  it.each([
    ['ECONNREFUSED', 'nothing listens at https://example.org:8443/mcp?…. Is the server running?'],
    ['ENOTFOUND', 'the host example.org was not found'],
    ['EAI_AGAIN', 'the host example.org was not found'],
    ['UND_ERR_CONNECT_TIMEOUT', 'example.org:8443 did not take the connection in time'],
    ['UND_ERR_HEADERS_TIMEOUT', 'https://example.org:8443/mcp?… did not answer in time'],
    ['ECONNRESET', 'example.org:8443 broke the connection'],
  ])('%s', (code, words) => {
    expect(networkError('srv', url, failure(code)).message).toBe(`srv could not be reached: ${words}`);
  });

  it('keeps the words of other errors, or at least their code', () => {
    expect(
      networkError('srv', url, failure('CERT_HAS_EXPIRED', 'certificate has expired')).message,
    ).toContain('certificate has expired');
    expect(networkError('srv', url, failure('EHOSTUNREACH', '')).message).toContain('EHOSTUNREACH');
  });

  it('leaves an error that is already in words', () => {
    const said = new UpstreamError('said');
    expect(networkError('srv', url, said)).toBe(said);
  });
});
