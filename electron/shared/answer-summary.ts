// What the audit log keeps of a server's answer where `audit.capture.response_summary` is on: what it was made of, and how
// it began.
import { z } from 'zod';

export const answerSummary = z.object({
  /** The tool says that it failed (MCP: CallToolResult.isError). */
  isError: z.boolean(),
  /** In the order of the answer. `bytes` is what the text or data takes; null where that is not known. */
  parts: z.array(z.object({ type: z.string(), bytes: z.int().min(0).nullable() })),
  /** There are more of them, of the text, or of both. */
  cut: z.boolean(),
  /** The first characters of the texts, without secrets; empty where it has none. */
  text: z.string(),
});
export type AnswerSummary = z.infer<typeof answerSummary>;
