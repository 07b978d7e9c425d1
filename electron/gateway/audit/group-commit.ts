// Group commit: what is written in one turn of the event loop becomes one transaction, at the end of that turn.
import { transact, type Transactions } from './chain-writer.ts';

export interface GroupCommit {
  /** Resolves to what `write` returned, once that is committed; rejects with why it is not. */
  add<T>(write: () => T): Promise<T>;
  /** Commits now what waits for the end of the turn. */
  flush(): void;
}

interface Waiting {
  readonly write: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A commit costs more than what is in it: locks, and whole pages to the write-ahead file. */
export function createGroupCommit(transactions: Transactions): GroupCommit {
  let waiting: Waiting[] = [];

  function settleAlone({ write, resolve, reject }: Waiting): void {
    try {
      resolve(transact(transactions, write));
    } catch (error) {
      reject(error);
    }
  }

  function settleTogether(group: readonly Waiting[]): void {
    try {
      transactions.begin();
    } catch (error) {
      // Locked by another program, most of all. Then it is for each of them, and one wait for the lock is enough.
      for (const { reject } of group) reject(error);
      return;
    }
    try {
      const results = group.map(({ write }) => write());
      transactions.commit();
      for (const [index, { resolve }] of group.entries()) resolve(results[index]);
    } catch {
      transactions.rollback();
      // One that can't be written must not take the others with it.
      for (const one of group) settleAlone(one);
    }
  }

  function flush(): void {
    const group = waiting;
    waiting = [];
    const [only] = group;
    if (only !== undefined && group.length === 1) settleAlone(only);
    else if (group.length > 1) settleTogether(group);
  }

  return {
    add<T>(write: () => T) {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ write, resolve: (result) => resolve(result as T), reject });
      return promise;
    },
    flush,
  };
}
