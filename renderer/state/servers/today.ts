// The calls of a server today, as a question to the log.
import type { Filter } from '../activity/question.ts';

/** From midnight on, by this machine's clock. */
export function todayOf(server: string): Filter {
  return { servers: [server], from: new Date().setHours(0, 0, 0, 0) };
}
