// Rego's uri builtins: Go's url.Parse (https://pkg.go.dev/net/url), whose answers differ from those of JavaScript's URL.
import { isIPv6 } from 'node:net';
import type { RegoValue } from '../rego-value.ts';
import { objectOf, onTexts, type Builtins } from './builtin.ts';
import { decodePercent, encodePercent } from './percent.ts';

export const uriBuiltins: Builtins = [
  ['uri.parse', onTexts((text = '') => parse(text))],
  ['uri.is_valid', (text = null) => typeof text === 'string' && text !== '' && parse(text) !== undefined],
];

/** The parts that are not empty, `path` decoded; undefined where the text is no URI. */
function parse(text: string): RegoValue | undefined {
  const [whole, fragment] = cut(text, '#');
  // eslint-disable-next-line no-control-regex -- these are what Go refuses
  if (/[\u0000-\u001f\u007f]/u.test(whole)) return undefined;
  if (whole.startsWith(':')) return undefined;
  const scheme = /^([A-Za-z][A-Za-z\d+.-]*):/u.exec(whole)?.[1] ?? '';
  const afterScheme = scheme === '' ? whole : whole.slice(scheme.length + 1);
  const [rest, query] = cut(afterScheme, '?');
  const decodedFragment = decodePercent(fragment);
  if (decodedFragment === undefined) return undefined;
  const place = placeIn(rest, scheme !== '');
  if (place === undefined) return undefined;
  const found = {
    scheme: scheme.toLowerCase(),
    hostname: place.hostname,
    port: place.port,
    path: place.path,
    raw_path: place.path === '' ? '' : place.rawPath,
    raw_query: query,
    fragment: decodedFragment,
  };
  return objectOf(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== '')));
}

interface Place {
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  /** As it was written, where that is not how Go would write the path. */
  readonly rawPath: string;
}

const nowhere: Place = { hostname: '', port: '', path: '', rawPath: '' };

/** @param rest what stands between scheme and query */
function placeIn(rest: string, hasScheme: boolean): Place | undefined {
  if (!rest.startsWith('/')) {
    // `mailto:someone`
    if (hasScheme) return nowhere;
    if (cut(rest, '/')[0].includes(':')) return undefined;
  }
  const hasAuthority = rest.startsWith('//') && (hasScheme || !rest.startsWith('///'));
  const slash = hasAuthority ? rest.indexOf('/', 2) : 0;
  const raw = slash < 0 ? '' : rest.slice(slash);
  const host = hasAuthority ? hostIn(slash < 0 ? rest.slice(2) : rest.slice(2, slash)) : nowhere;
  const path = decodePercent(raw);
  if (host === undefined || path === undefined) return undefined;
  return { hostname: host.hostname, port: host.port, path, rawPath: escapePath(path) === raw ? path : raw };
}

function hostIn(authority: string): Pick<Place, 'hostname' | 'port'> | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/u.test(user) || decodePercent(user) === undefined) return undefined;
  const host = authority.slice(at + 1);
  const bracketed = host.includes('[');
  const colon = bracketed ? host.lastIndexOf(']') + 1 : host.lastIndexOf(':');
  const portText = colon < 0 ? '' : host.slice(colon);
  if (!/^(?::\d*)?$/u.test(portText)) return undefined;
  const name = unescapeHost(colon < 0 ? host : host.slice(0, colon), bracketed);
  if (name === undefined) return undefined;
  if (!bracketed) return { hostname: name, port: portText.slice(1) };
  const address = /^\[([^[\]]*)\]$/u.exec(name)?.[1] ?? '';
  return isIPv6(address.replace(/%.+$/su, '')) ? { hostname: address, port: portText.slice(1) } : undefined;
}

/** In a host only what lies beyond ASCII may be escaped (RFC 3986 section 3.2.2), and in a zone anything (RFC 6874). */
function unescapeHost(host: string, bracketed: boolean): string | undefined {
  const zone = bracketed ? host.indexOf('%25') : -1;
  const name = zone < 0 ? host : host.slice(0, zone);
  if (/[^\w!$&'()*+,;=:[\]<>"\-.~%\u0080-\u{10ffff}]/u.test(host)) return undefined;
  if (/%[0-7]/u.test(name.replaceAll('%25', ''))) return undefined;
  return decodePercent(host);
}

/** What Go leaves as it is in a path. */
function escapePath(path: string): string {
  return encodePercent(path, /[$&+,/:;=@]/u);
}

/** What stands before and behind the first separator. */
function cut(text: string, separator: string): [before: string, behind: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
