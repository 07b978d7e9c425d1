// Whether a path lies in one of some folders: the same that the rule in learned.rego says, for the tests beside it.

/** @param given a path, or a list of paths; anything else lies nowhere */
export function liesWithin(given: unknown, folders: readonly string[]): boolean {
  if (Array.isArray(given)) return given.every((each) => typeof each === 'string' && isBelow(each, folders));
  return typeof given === 'string' && isBelow(given, folders);
}

function isBelow(path: string, folders: readonly string[]): boolean {
  if (path.replaceAll('\\', '/').split('/').includes('..') || path.toLowerCase().includes('%2e'))
    return false;
  return folders.some((folder) => path.startsWith(folder) || path === folder.slice(0, -1));
}
