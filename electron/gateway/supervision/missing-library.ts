// SQLite is a native library, and the first one that is loaded: what it lacks is said in words, with the way to it.

/** Debian's packages with the libraries that it needs. */
const packages: Readonly<Record<string, string>> = {
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
};

/** Null where the error is none of loading a library. */
export function missingLibrary(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_DLOPEN_FAILED') return null;
  const [, library = null] =
    /^(?:Error: )?(lib[^\s:]+): cannot open shared object file/u.exec(error.message) ?? [];
  if (library === null) return `SQLite, which keeps the audit log, can't be loaded: ${error.message}`;
  const wanted = packages[library];
  const way = wanted === undefined ? '' : `. On Debian and Ubuntu: sudo apt-get install ${wanted}`;
  return `SQLite, which keeps the audit log, needs the system library ${library}, which is not installed${way}`;
}
