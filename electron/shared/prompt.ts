// What the page of the prompt tells main: how much there is to see of it.
import { z } from 'zod';

export const promptCommands = {
  /**
   * Said after each change of what waits, so that main knows that the page lives.
   * Height of its content in CSS pixels; null where there is nothing to be shown. The answer is the key combination
   * that gives it the keyboard, as Electron writes it; null where none is heard.
   */
  'prompt.fit': {
    input: z.object({ height: z.int().min(1).max(100_000).nullable() }),
    output: z.string().nullable(),
  },
} as const;
