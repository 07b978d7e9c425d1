// Which server each resource URI leads to. URIs stay as they are, since clients know some kinds of them and users type them.
import { elementsOf, type Edit, spliced, viewOf } from '../wire/json-splice.ts';

/** URIs and templates remembered for one session; the oldest are forgotten first. */
const MAX_PLACES = 20_000;

/** A resource, or a template of some, by its server's own URI. */
export interface Place<S> {
  readonly server: S;
  readonly uri: string;
}

/** A server, by what makes its URIs its own where they have to be. */
interface Named {
  readonly prefix: string;
}

/**
 * A URI leads to the server that showed it first. Where another server has the same one, that is shown with the
 * server's name before it (`tickets+note://1`), in its lists and in its results.
 */
export class ResourcePlaces<S extends Named> {
  /** Servers of which a URI was shown with their name before it. */
  readonly #named = new Set<S>();
  readonly #places = new Map<string, Place<S>>();
  /** Templates among them. */
  readonly #templates = new Map<string, Place<S>>();

  /** The URI as the client is to see it, from where it will lead to this server. */
  show(server: S, uri: string): string {
    const place = this.#places.get(uri);
    if (place === undefined) remember(this.#places, uri, { server, uri });
    if (place === undefined || place.server === server) return uri;
    this.#named.add(server);
    return schemeOf(server) + uri;
  }

  /** The same for a template (RFC 6570). */
  showTemplate(server: S, template: string): string {
    const shown = this.show(server, template);
    if (shown === template) remember(this.#templates, template, { server, uri: template });
    return shown;
  }

  /** Where a URI leads: to who showed it, or to whose template it fits. Null where nobody knows it. */
  find(shown: string): Place<S> | null {
    const place = this.#places.get(shown);
    if (place !== undefined) return place;
    for (const server of this.#named) {
      const scheme = schemeOf(server);
      if (shown.startsWith(scheme)) return { server, uri: shown.slice(scheme.length) };
    }
    for (const [template, { server }] of this.#templates) {
      if (fitsTemplate(shown, template)) return { server, uri: shown };
    }
    return null;
  }

  /** A result of this server, with each URI in it as the client is to see it, and each of them remembered. */
  showResult(server: S, json: Buffer): Buffer {
    if (!json.includes('"uri"')) return json;
    const edits: Edit[] = [];
    for (const old of urisInResult(json)) {
      const uri: unknown = JSON.parse(old.toString());
      if (typeof uri !== 'string') continue;
      const shown = this.show(server, uri);
      if (shown !== uri) edits.push({ old, value: shown });
    }
    return spliced(json, edits);
  }
}

/** A URI scheme has no underscores (RFC 3986 section 3.1). */
function schemeOf({ prefix }: Named): string {
  return `${prefix.replaceAll('_', '-')}+`;
}

function remember<S>(places: Map<string, Place<S>>, key: string, place: Place<S>): void {
  places.set(key, place);
  if (places.size <= MAX_PLACES) return;
  const [oldest] = places.keys();
  if (oldest !== undefined) places.delete(oldest);
}

/** Links and embedded resources in what tools and prompts give, and what was read (MCP 2025-11-25, resources, tools). */
function urisInResult(json: Buffer): Buffer[] {
  const content = [
    ...elementsOf(json, ['result', 'content']),
    ...elementsOf(json, ['result', 'messages']).flatMap((message) => {
      const one = viewOf(message, ['content']);
      return one?.[0] === 0x5b ? elementsOf(one, []) : (one ?? []);
    }),
  ];
  const views = [
    ...content.map((item) => viewOf(item, ['resource', 'uri']) ?? viewOf(item, ['uri'])),
    ...elementsOf(json, ['result', 'contents']).map((read) => viewOf(read, ['uri'])),
  ];
  return views.filter((view) => view !== null);
}

/** Whether the template's literal parts stand in the URI in their order: no more is asked, the server knows the rest. */
function fitsTemplate(uri: string, template: string): boolean {
  const [first = '', ...others] = template.split(/\{[^{}]*\}/u);
  const last = others.pop();
  if (last === undefined) return uri === template;
  if (!uri.startsWith(first)) return false;
  let at = first.length;
  for (const literal of others) {
    const found = uri.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return uri.length - last.length >= at && uri.endsWith(last);
}
