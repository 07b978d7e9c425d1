// One list out of those of several servers: all pages of each, in the order of the servers.
import { UpstreamError } from '../errors.ts';
import type { Logger } from '../ports.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import { elementsOf, viewOf, withValue } from '../wire/json-splice.ts';
import { has } from './introduction.ts';
import type { Part } from './part.ts';
import type { ResourcePlaces } from './resource-places.ts';

/** Of one server; what is beyond is left out. */
const MAX_PAGES = 100;
const MAX_ELEMENTS = 10_000;

/** How one kind of list is asked for, and what in its elements is shown under another name. */
interface ListKind {
  readonly capability: string;
  /** The member of the result that holds the elements. */
  readonly member: string;
  /** The member of each element that is rewritten. */
  readonly key: string;
  readonly show: (part: Part, real: string, places: ResourcePlaces<Part>) => string;
}

const kinds: Readonly<Record<string, ListKind>> = {
  'tools/list': {
    capability: 'tools',
    member: 'tools',
    key: 'name',
    show: (part, name) => part.tools.show(name),
  },
  'prompts/list': {
    capability: 'prompts',
    member: 'prompts',
    key: 'name',
    show: (part, name) => part.prompts.show(name),
  },
  'resources/list': {
    capability: 'resources',
    member: 'resources',
    key: 'uri',
    show: (part, uri, places) => places.show(part, uri),
  },
  'resources/templates/list': {
    capability: 'resources',
    member: 'resourceTemplates',
    key: 'uriTemplate',
    show: (part, template, places) => places.showTemplate(part, template),
  },
};

export function isList(method: string): boolean {
  return Object.hasOwn(kinds, method);
}

export interface ListRequest {
  readonly method: string;
  readonly parts: readonly Part[];
  readonly places: ResourcePlaces<Part>;
  readonly relatedTo: RequestId | null;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** The elements' bytes, each as its server wrote it but for the name. A server that fails has none; never rejects. */
export async function mergedList(request: ListRequest): Promise<Buffer[]> {
  const kind = kinds[request.method];
  if (kind === undefined) return [];
  const asked = request.parts.filter((part) => has(part, kind.capability));
  const lists = await Promise.all(asked.map((part) => listOf(part, kind, request)));
  // Names are given after all have answered, so that they do not depend on who was first.
  return lists.flatMap((elements, index) => {
    const part = asked[index];
    return part === undefined ? [] : elements.flatMap((element) => shown(element, part, kind, request) ?? []);
  });
}

/** The whole answer to a client that asked for such a list. */
export function listAnswer(id: RequestId, method: string, elements: readonly Buffer[]): Buffer {
  const member = kinds[method]?.member ?? '';
  const comma = Buffer.from(',');
  return Buffer.concat([
    Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"${member}":[`),
    ...elements.flatMap((element, index) => (index === 0 ? [element] : [comma, element])),
    Buffer.from(']}}'),
  ]);
}

async function listOf(part: Part, { member }: ListKind, request: ListRequest): Promise<Buffer[]> {
  const { method, relatedTo, signal, logger } = request;
  const elements: Buffer[] = [];
  try {
    let cursor: unknown;
    for (let pages = 0; pages < MAX_PAGES && elements.length < MAX_ELEMENTS; pages += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const { bytes, result } = await part.ask({ method, params, relatedTo, signal });
      elements.push(...elementsOf(bytes, ['result', member]));
      cursor = (result as { nextCursor?: unknown } | null)?.nextCursor;
      if (typeof cursor !== 'string') return elements;
    }
    logger.warn('list_cut', { server: part.name, method, elements: elements.length });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    logger.warn('list_incomplete', { server: part.name, method, why: error.message });
  }
  return elements.slice(0, MAX_ELEMENTS);
}

/** Null where the element has no such name, or one that would be read differently from what was written. */
function shown(element: Buffer, part: Part, kind: ListKind, { places, logger }: ListRequest): Buffer | null {
  const { key } = kind;
  const written = viewOf(element, [key]);
  const real: unknown = written === null ? null : JSON.parse(written.toString());
  if (typeof real !== 'string') return null;
  const name = kind.show(part, real, places);
  const rewritten = name === real ? element : withValue(element, [key], name);
  // With the same key twice in an element, one server could list what looks like another's.
  if ((JSON.parse(rewritten.toString()) as Record<string, unknown>)[key] === name) return rewritten;
  logger.warn('list_element_refused', { server: part.name, element: real.slice(0, 100) });
  return null;
}
