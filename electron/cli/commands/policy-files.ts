// Policy files on the command line, as changes of those on disk in the policy folder.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { PolicyChange } from '../../shared/policy-editing.ts';
import { exitCodes, ProblemError } from '../problem.ts';

const POLICY = /\.(?:rego|json)$/u;

/**
 * A file goes by its own name; those of a folder go by their names below it, hidden ones left out.
 * @param cwd absolute: where relative paths start
 */
export async function readPolicyFiles(paths: readonly string[], cwd: string): Promise<PolicyChange[]> {
  const read = await Promise.all(paths.map((path) => readOne(resolve(cwd, path))));
  const files = read.flat();
  if (paths.length > 0 && files.length === 0) {
    throw new ProblemError('no_files', 'There is no .rego or .json file there.', exitCodes.wrong);
  }
  return files;
}

async function readOne(path: string): Promise<PolicyChange[]> {
  try {
    if (!(await stat(path)).isDirectory())
      return [{ name: basename(path), text: await readFile(path, 'utf8') }];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const found = entries
      .filter((entry) => entry.isFile() && POLICY.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, name: relative(path, file).split(sep).join('/') }))
      .filter(({ name }) => !name.split('/').some((part) => part.startsWith('.')));
    return await Promise.all(
      found.map(async ({ file, name }) => ({ name, text: await readFile(file, 'utf8') })),
    );
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const why = error.code === 'ENOENT' ? 'there is no such file or folder' : error.message;
    throw new ProblemError('unreadable', `${path}: ${why}`, exitCodes.wrong);
  }
}
