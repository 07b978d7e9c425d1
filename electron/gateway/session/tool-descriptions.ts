// What servers say of their tools, remembered out of the lists that they gave: for the person who is asked about one.
import { z } from 'zod';
import type { ToolDescription } from '../../shared/approvals.ts';
import type { Call } from '../call.ts';
import type { ResponseMessage } from '../wire/json-rpc.ts';

export interface ToolDescriptions {
  /** The answer to `tools/list`, as the server gave it. Costs nothing until somebody asks. */
  seen(list: Pick<Call, 'server' | 'arguments'>, answer: ResponseMessage): void;
  /** By the newest list in which the tool stands; null where there is none. */
  find(server: string, tool: string): ToolDescription | null;
  /** All that it listed, in its order; null where nobody has asked it for its tools. */
  all(server: string): { readonly name: string; readonly described: ToolDescription }[] | null;
}

/** Of each server the newest pages are kept, and of these none that is larger. */
const MAX_PAGES = 20;
const MAX_PAGE_BYTES = 2 * 1024 * 1024;

const text = z.string().max(20_000).nullable().catch(null).default(null);
const hint = z.boolean().optional().catch(undefined);
const listedTool = z.object({
  name: z.string(),
  title: text,
  description: text,
  annotations: z
    .object({
      title: text,
      readOnlyHint: hint,
      destructiveHint: hint,
      idempotentHint: hint,
      openWorldHint: hint,
    })
    .partial()
    .catch({})
    .default({}),
});
const toolList = z.object({ result: z.object({ tools: z.array(z.unknown()) }) });

export function createToolDescriptions(): ToolDescriptions {
  /** By server, then by cursor: the newest last. */
  const pages = new Map<string, Map<string, Buffer>>();

  return {
    seen({ server, arguments: { cursor } }, { bytes, error }) {
      if (error !== null || bytes.length > MAX_PAGE_BYTES) return;
      const own = pages.get(server) ?? new Map<string, Buffer>();
      const place = typeof cursor === 'string' ? cursor : '';
      own.delete(place);
      own.set(place, bytes);
      const [oldest] = own.keys();
      if (own.size > MAX_PAGES && oldest !== undefined) own.delete(oldest);
      pages.set(server, own);
    },

    find(server, tool) {
      for (const page of [...(pages.get(server)?.values() ?? [])].reverse()) {
        const found = findIn(page, tool);
        if (found !== null) return found;
      }
      return null;
    },

    all(server) {
      const own = pages.get(server);
      if (own === undefined) return null;
      return [...own.values()].flatMap((page) =>
        toolsIn(page).flatMap((each) => {
          const { data } = listedTool.safeParse(each);
          return data === undefined ? [] : [{ name: data.name, described: describedBy(data) }];
        }),
      );
    },
  };
}

function toolsIn(page: Buffer): unknown[] {
  return toolList.safeParse(JSON.parse(page.toString('utf8'))).data?.result.tools ?? [];
}

function findIn(page: Buffer, name: string): ToolDescription | null {
  for (const each of toolsIn(page)) {
    const { data } = listedTool.safeParse(each);
    if (data?.name === name) return describedBy(data);
  }
  return null;
}

function describedBy({ title, description, annotations }: z.output<typeof listedTool>): ToolDescription {
  const { title: hinted, readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  const hints = {
    readOnly: readOnlyHint,
    destructive: destructiveHint,
    idempotent: idempotentHint,
    openWorld: openWorldHint,
  };
  const given = Object.entries(hints).filter(([, value]) => value !== undefined);
  return { title: title ?? hinted ?? null, description, hints: Object.fromEntries(given) };
}
