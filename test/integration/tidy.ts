// What the tests of a file leave behind when they fail half-way is ended and removed after the last of them.
import { afterAll } from 'vitest';

const tasks: (() => void)[] = [];

// A hook at import, because a process that runs tests is ended without its own exit handlers. Hooks of the file itself
// come first: those that were registered last run first.
afterAll(() => {
  for (const run of tasks.reverse()) run();
});

/** `task` runs after the file's tests, the one given last first. It must be harmless where it was done before. */
export function whenTestsEnd(task: () => void): void {
  tasks.push(task);
}
