// What tests leave behind when they fail half-way is ended and removed with the process that ran them.

const tasks: (() => void)[] = [];

/** `task` runs when this process ends, the last one given first. It must be synchronous, and harmless if done before. */
export function whenTestsEnd(task: () => void): void {
  tasks.push(task);
  if (tasks.length > 1) return;
  process.once('exit', () => {
    for (const run of tasks.reverse()) run();
  });
}
