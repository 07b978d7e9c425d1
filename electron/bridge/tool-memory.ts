// What the client's lists of tools have said about headers, for the calls that follow.
import { z } from 'zod';
import type { Logger } from '../gateway/ports.ts';
import type { RequestMessage } from '../gateway/wire/json-rpc.ts';
import { paramHeadersFor, paramHeadersIn, type ParamHeader } from './param-headers.ts';

const toolList = z.looseObject({
  tools: z.array(z.looseObject({ name: z.string(), inputSchema: z.unknown() })),
});

export interface ToolMemory {
  /** Takes the result of `tools/list`, which may be a page of it. */
  learn(result: unknown): void;
  /** The Mcp-Param-* headers of a `tools/call`, in lower case; none for everything else. */
  headersOf(request: RequestMessage): Record<string, string>;
}

export function createToolMemory(logger: Logger): ToolMemory {
  const declared = new Map<string, readonly ParamHeader[]>();
  return {
    learn(result) {
      const list = toolList.safeParse(result);
      if (!list.success) return;
      for (const { name, inputSchema } of list.data.tools) {
        const headers = paramHeadersIn(inputSchema);
        // The list itself has gone on as it came: a server that insists on such a tool refuses the calls.
        if (headers === null) logger.warn('wrong_header_annotation', { tool: name });
        declared.set(name, headers ?? []);
      }
    },
    headersOf({ method, params }) {
      const tool = method === 'tools/call' && typeof params.name === 'string' ? params.name : null;
      const headers = tool === null ? undefined : declared.get(tool);
      return headers === undefined ? {} : paramHeadersFor(headers, params.arguments);
    },
  };
}
