import { expect, it } from 'vitest';
import { missingLibrary } from '../../../../electron/gateway/supervision/missing-library.ts';

const dlopen = (message: string) => Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' });

it('names the library that is missing, and the package that has it', () => {
  expect(
    missingLibrary(dlopen('libstdc++.so.6: cannot open shared object file: No such file or directory')),
  ).toBe(
    'SQLite, which keeps the audit log, needs the system library libstdc++.so.6, which is not installed. On Debian and Ubuntu: sudo apt-get install libstdc++6',
  );
  expect(
    missingLibrary(dlopen('libodd.so.1: cannot open shared object file: No such file or directory')),
  ).toBe('SQLite, which keeps the audit log, needs the system library libodd.so.1, which is not installed');
});

it('hands on the words of another failure to load it, and leaves every other error alone', () => {
  expect(missingLibrary(dlopen('/x/linux-x64.node: invalid ELF header'))).toContain('invalid ELF header');
  expect(missingLibrary(new Error('libstdc++.so.6: cannot open shared object file'))).toBeNull();
  expect(missingLibrary('no')).toBeNull();
});
