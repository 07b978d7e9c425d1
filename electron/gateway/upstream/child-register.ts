// Which servers this program has started, in a file: after a death that leaves no time to end them, the next start does.
//
// A server that heeds the end of its standard input needs none of this. It is for those that do not, after a SIGKILL of
// the proxy or the end of a gateway thread that hung.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Closable, Logger } from '../ports.ts';
import { killProcessGroup } from './process-group.ts';
import { markProcess, stillRuns } from './process-mark.ts';

export interface ChildRegister extends Closable {
  /** A server has started, as the leader of a process group of its own. */
  started(pid: number, server: string): void;
  /** Nothing of its group is left. */
  ended(pid: number): void;
}

const child = z.object({ pid: z.int().min(2), mark: z.string().min(1), server: z.string() });
type Child = z.infer<typeof child>;

/**
 * Begins to end what an earlier run has left; `close` waits for that. Nobody else may use the file meanwhile. It is
 * written at each start of a server. That one has ended stands in it with the next start only: a mark tells the dead.
 */
export function openChildRegister(path: string, logger: Logger): ChildRegister {
  const children = new Map<number, Child>();
  const left = read(path, logger);
  for (const one of left) children.set(one.pid, one);
  const swept = sweep();

  async function sweep(): Promise<void> {
    await Promise.all(left.map(endOrphan));
    if (left.length > 0) write();
  }

  async function endOrphan(orphan: Child): Promise<void> {
    const { pid, mark, server } = orphan;
    if (await stillRuns(pid, mark)) {
      logger.warn('orphan_ends', { server, pid });
      await killProcessGroup(pid, logger);
    }
    if (children.get(pid) === orphan) children.delete(pid);
  }

  function write(): void {
    try {
      if (children.size === 0) {
        rmSync(path, { force: true });
        return;
      }
      const draft = `${path}.new`;
      writeFileSync(draft, `${JSON.stringify([...children.values()])}\n`, { mode: 0o600 });
      renameSync(draft, path);
    } catch (error) {
      logger.warn('children_unwritten', { path, error: String(error) });
    }
  }

  return {
    started(pid, server) {
      children.set(pid, { pid, mark: markProcess(pid), server });
      write();
    },
    ended: (pid) => void children.delete(pid),
    async close() {
      await swept;
      write();
    },
  };
}

function read(path: string, logger: Logger): Child[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      logger.warn('children_unreadable', { path, error: String(error) });
    }
    return [];
  }
  try {
    return z.array(child).parse(JSON.parse(text));
  } catch (error) {
    logger.warn('children_unreadable', { path, error: String(error) });
    return [];
  }
}
