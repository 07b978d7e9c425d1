// What the page of the prompt and main tell each other: how much there is to see of it, and when it is to come back.
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
  /**
   * Brings the prompt to the front, though its answer was put off, with this question (`group` of a waiting call) or the
   * first one. False where there is no prompt, or nothing waits.
   */
  'prompt.recall': { input: z.object({ group: z.string().nullable() }), output: z.boolean() },
} as const;

/** To the prompt's page alone. */
export const promptEvents = {
  /** It is to be shown again; the page answers with `prompt.fit`, whatever it shows. */
  'prompt.recalled': z.object({ group: z.string().nullable() }),
} as const;
