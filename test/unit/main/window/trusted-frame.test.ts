import { describe, expect, it } from 'vitest';
import { mayOpenOutside } from '../../../../electron/main/window/external-links.ts';
import { isTrustedFrame } from '../../../../electron/main/window/trusted-frame.ts';

const page = { url: 'app://window/index.html', parent: null };

describe('trusted frame', () => {
  it("is the top frame of the window's own page", () => {
    expect(isTrustedFrame(page)).toBe(true);
  });

  it.each([
    ['a frame that is gone', null],
    ['a frame inside the page', { ...page, parent: page }],
    ['another page', { url: 'https://example.com/', parent: null }],
    ['an empty page', { url: '', parent: null }],
    ['a local file', { url: 'file:///tmp/index.html', parent: null }],
  ])('is not %s', (_what, frame) => {
    expect(isTrustedFrame(frame)).toBe(false);
  });
});

describe('links that may be opened outside', () => {
  it('are the documentation that the window points to', () => {
    expect(mayOpenOutside('https://modelcontextprotocol.io/docs?x=1#y')).toBe(true);
    expect(mayOpenOutside('https://www.openpolicyagent.org/docs')).toBe(true);
  });

  it.each([
    'http://modelcontextprotocol.io/',
    'https://modelcontextprotocol.io.evil.example/',
    'https://evil.example/modelcontextprotocol.io',
    'https://modelcontextprotocol.io@evil.example/',
    'https://user:word@modelcontextprotocol.io/',
    'https://modelcontextprotocol.io:8443/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'smb://modelcontextprotocol.io/share',
    'not an address',
  ])('are not: %s', (address) => {
    expect(mayOpenOutside(address)).toBe(false);
  });
});
