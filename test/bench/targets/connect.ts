// Opens as many sessions of one kind as a target is to have connections.
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenLane } from '../client/open-lane.ts';
import { openStdioLanes } from '../client/stdio-channel.ts';
import { withDeadline } from '../load.ts';
import type { Started } from '../processes.ts';
import type { Connected } from './candidate.ts';

const patienceMs = 30_000;
const pauseMs = 100;

/** So many sessions, each on its own connection. */
export async function connectLanes(connections: number, open: () => Promise<OpenLane>): Promise<Connected> {
  const opened: OpenLane[] = [];
  const close = () => {
    for (const lane of opened) lane.close();
    return Promise.resolve();
  };
  try {
    // One after the other: some programs start a process for each.
    while (opened.length < connections) {
      opened.push(await withDeadline(open(), patienceMs, 'No session was opened'));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { lanes: opened, close };
}

/** One session of one process, with so many calls at a time. */
export async function connectProcess(connections: number, started: Started): Promise<Connected> {
  try {
    const lanes = await withDeadline(
      openStdioLanes(started.child, connections),
      patienceMs,
      'No session was opened',
    );
    return { lanes, close: started.close };
  } catch (error) {
    await started.close();
    throw new Error(`${String(error)}\n${started.complaint()}`, { cause: error });
  }
}

/** Resolves once a session can be opened. Rejects with the program's own words where that does not come. */
export async function untilServing(open: () => Promise<OpenLane>, started: Started): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      (await withDeadline(open(), pauseMs * 50, 'No session was opened')).close();
      return;
    } catch (error) {
      if (performance.now() < end && started.child.exitCode === null) {
        await sleep(pauseMs);
        continue;
      }
      await started.close();
      throw new Error(`It does not serve: ${String(error)}\n${started.complaint()}`, { cause: error });
    }
  }
}
