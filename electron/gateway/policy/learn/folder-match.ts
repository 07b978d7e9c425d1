// Whether a path lies in one of some folders: the same that the rules in path-rules.ts say, for the tests beside them.

/** @param given a path, or a list of paths; anything else lies nowhere */
export function liesWithin(given: unknown, folders: readonly string[]): boolean {
  if (Array.isArray(given)) return given.every((each) => typeof each === 'string' && isBelow(each, folders));
  return typeof given === 'string' && isBelow(given, folders);
}

/** @param given a path, or a list of paths, one of which is enough */
export function mayLeadTo(given: unknown, folders: readonly string[]): boolean {
  const paths: unknown[] = Array.isArray(given) ? given : [given];
  return paths.some((path) => typeof path === 'string' && (leadsUp(path) || isBelow(path, folders)));
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return !leadsUp(path) && folders.some((folder) => path.startsWith(folder) || path === folder.slice(0, -1));
}

/** A path that leads up somewhere on its way may end anywhere. */
function leadsUp(path: string): boolean {
  return path.replaceAll('\\', '/').split('/').includes('..') || path.toLowerCase().includes('%2e');
}
