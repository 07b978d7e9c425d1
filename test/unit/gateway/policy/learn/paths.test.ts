import { describe, expect, it } from 'vitest';
import { commonFolders, looksLikePath } from '../../../../../electron/gateway/policy/learn/paths.ts';
import { liesWithin } from '../../../../../electron/gateway/policy/learn/folder-match.ts';

describe('looksLikePath', () => {
  it.each(['/a', '/home/u/x.txt', '~/notes', 'C:\\Users', 'c:/Users', '\\\\server\\share', 'file:///a/b'])(
    '%s is one',
    (path) => expect(looksLikePath(path)).toBe(true),
  );
  it.each(['a', 'a/b', '//host/x', 'https://a/b', '', '/a/../b', '/a/%2E%2e/b', '/a/*.ts', 'text/plain'])(
    '%s is none that counts',
    (path) => expect(looksLikePath(path)).toBe(false),
  );
});

describe('commonFolders', () => {
  it.each([
    [['/home/u/a/1.txt', '/home/u/a/b/2.txt'], ['/home/u/a/']],
    [['/home/u/a/1.txt', '/home/u/ab/2.txt'], ['/home/u/']],
    [['/home/u/project', '/home/u/project/x.ts'], ['/home/u/project/']],
    [
      ['/home/u/x.ts', '/etc/hosts'],
      ['/etc/hosts/', '/home/u/'],
    ],
    [['/data'], ['/data/']],
    [['C:\\Users\\me\\a.txt', 'C:\\Users\\me\\b\\c.txt'], ['C:\\Users\\me\\']],
    [['file:///home/u/a.txt'], ['file:///home/u/']],
    [['~/notes/a.md', '~/notes/b.md'], ['~/notes/']],
  ])('%j: %j', (paths, folders) => expect(commonFolders(paths)).toEqual(folders));

  it.each([
    [['/']],
    [['/', '/home/u/a']],
    [['C:\\']],
    [Array.from({ length: 9 }, (_, n) => `/top${n}/a.txt`)],
  ])('is none for %j: a root, or too many', (paths) => expect(commonFolders(paths)).toBeNull());

  it('holds all that it was made of', () => {
    const paths = ['/home/u/a.txt', '/srv/x', '/srv/x/y', '~/b', 'C:\\a\\b'];
    expect(liesWithin(paths, commonFolders(paths) ?? [])).toBe(true);
  });
});

describe('liesWithin', () => {
  it.each(['/a/b/c', '/a/b/', '/a/b', ['/a/b/c', '/a/b/d']])('%j does', (given) =>
    expect(liesWithin(given, ['/a/b/'])).toBe(true),
  );
  it.each([
    '/a/bc',
    '/a',
    '/a/b/../c',
    '/a/b/%2e%2e/c',
    '/a/b\\..\\c',
    7,
    null,
    {},
    ['/a/b/c', '/x'],
    ['/a/b/c', 1],
  ])('%j does not', (given) => expect(liesWithin(given, ['/a/b/'])).toBe(false));
});
