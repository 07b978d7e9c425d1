// Which strings are paths of files, and below which folders they lie.

/** More folders than this say nothing: then a rule does not look at the argument. */
const mostFolders = 8;

/** `/home/…`, `~/…`, `C:\…`, `\\server\…`, `file:///…`: what leads to the same place wherever a server works. */
const absolute = /^(?:\/(?!\/)|~\/|[A-Za-z]:[\\/]|\\\\[^\\]|file:\/\/\/)/u;
const roots = /^(?:file:\/\/\/(?:[A-Za-z]:\/)?|[A-Za-z]:[\\/]|~\/|\\\\|\/)/u;

export function looksLikePath(text: string): boolean {
  return absolute.test(text) && !leadsUp(text) && !/[\p{Cc}*?]|%2e/iu.test(text);
}

/** A path that leads up somewhere on its way may end anywhere. */
function leadsUp(path: string): boolean {
  return path.split(/[\\/]/u).includes('..');
}

/**
 * The longest folders that the paths have in common, each with its separator at the end. A root is never one: paths
 * that have no more than that in common are taken apart by what comes after it. Null where there would be too many,
 * or where a path is a root itself.
 */
export function commonFolders(paths: readonly string[]): string[] | null {
  const groups = Map.groupBy(paths.map(foldersOf), ([root = '', first = '']) => `${root}${first}`);
  if (groups.size > mostFolders) return null;
  const folders = [...groups.values()].map((group) => group.reduce(inCommon).join(''));
  return folders.some((folder) => folder === '' || roots.exec(folder)?.[0] === folder)
    ? null
    : folders.sort();
}

/** Its root and its folders, each with its separator. A last name without an extension counts as a folder's. */
function foldersOf(path: string): string[] {
  const root = roots.exec(path)?.[0] ?? '';
  const names = path.slice(root.length).match(/[^\\/]*[\\/]+/gu) ?? [];
  const last = path.slice(root.length + names.join('').length);
  const separator = /[\\/]/u.exec(path)?.[0] ?? '/';
  const isFolder = names.length === 0 ? last !== '' : /^\.?[^.]+$/u.test(last);
  return [root, ...names, ...(isFolder ? [last + separator] : [])];
}

function inCommon(one: string[], other: string[]): string[] {
  const differs = one.findIndex((part, index) => part !== other[index]);
  return differs === -1 ? one : one.slice(0, differs);
}
