// Rego's net.cidr builtins that WebAssembly lacks.
import { RegoObject, RegoSet, type RegoValue } from '../rego-value.ts';
import { elementsOf, onTexts, regoInteger, type Builtins } from './builtin.ts';
import { networkAt, parseAddress, parseNetwork, printAddress, type Network } from './ip-address.ts';

/** Addresses of a network that is expanded: a /16 of IPv4. A larger one would only fill the memory. */
const maxExpanded = 65_536n;

export const cidrBuiltins: Builtins = [
  ['net.cidr_is_valid', (text) => typeof text === 'string' && parseNetwork(text) !== null],
  ['net.cidr_expand', onTexts((text = '') => expand(text))],
  ['net.cidr_merge', (networks) => merge(networks)],
  ['net.cidr_contains_matches', (networks, parts) => containsMatches(networks, parts)],
];

function expand(text: string): RegoValue | undefined {
  const network = parseNetwork(text);
  if (network === null) return undefined;
  const { first, last, bits } = network;
  const count = last - first + 1n;
  if (count > maxExpanded) throw new Error(`net.cidr_expand: ${text} has more than ${maxExpanded} addresses`);
  return new RegoSet(
    Array.from({ length: Number(count) }, (_, index) => printAddress(first + BigInt(index), bits)),
  );
}

/** The fewest networks that hold the same addresses. */
function merge(networks: RegoValue | undefined): RegoValue | undefined {
  const parsed = elementsOf(networks)?.map(networkOf);
  if (parsed?.every((network) => network !== null) !== true) return undefined;
  return new RegoSet(
    [32, 128].flatMap((bits) => {
      const ranges = joined(parsed.filter((network) => network.bits === bits));
      return ranges.flatMap(({ first, last }) => cover(first, last, bits)).map(printNetwork);
    }),
  );
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Ranges that overlap or touch become one. */
function joined(networks: readonly Network[]): Range[] {
  const ranges: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of networks.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = ranges.at(-1);
    if (previous === undefined || first > previous.last + 1n) ranges.push({ first, last });
    else if (last > previous.last) previous.last = last;
  }
  return ranges;
}

/** The fewest networks that make up a range: from its start, each time the largest one that fits. */
function cover(first: bigint, last: bigint, bits: number): Network[] {
  const networks: Network[] = [];
  for (let at = first; at <= last;) {
    let prefix = bits;
    while (prefix > 0) {
      const larger = networkAt(at, bits, prefix - 1);
      if (larger.first !== at || larger.last > last) break;
      prefix -= 1;
    }
    const network = networkAt(at, bits, prefix);
    networks.push(network);
    at = network.last + 1n;
  }
  return networks;
}

function printNetwork({ first, bits, prefix }: Network): string {
  return `${printAddress(first, bits)}/${prefix}`;
}

/** An address by itself is the network of that one. */
function networkOf(value: RegoValue): Network | null {
  if (typeof value !== 'string') return null;
  const address = parseAddress(value);
  return address === null ? parseNetwork(value) : networkAt(address.value, address.bits, address.bits);
}

/** Pairs of the keys of a network and of what lies in it; a string is its own key. */
function containsMatches(networks?: RegoValue, parts?: RegoValue): RegoValue | undefined {
  const [outer, inner] = [entriesOf(networks), entriesOf(parts)];
  // Where there is nothing to compare with, nothing is looked at, and so nothing fails.
  if (outer.length === 0 || inner.length === 0) return new RegoSet([]);
  const wholes = keyed(outer, (text) => (typeof text === 'string' ? parseNetwork(text) : null));
  const inside = keyed(inner, networkOf);
  if (wholes === undefined || inside === undefined) return undefined;
  const pairs: RegoValue[] = [];
  for (const [wholeKey, whole] of wholes) {
    for (const [partKey, part] of inside) {
      const contains = whole.bits === part.bits && whole.first <= part.first && part.last <= whole.last;
      if (contains) pairs.push([wholeKey, partKey]);
    }
  }
  return new RegoSet(pairs);
}

/** Undefined where an element, or the first one of an array, can't be read. */
function keyed(
  entries: readonly (readonly [RegoValue, RegoValue])[],
  read: (value: RegoValue) => Network | null,
): (readonly [RegoValue, Network])[] | undefined {
  const networks = entries.map(([key, element]) => {
    const network = read(typeof element === 'string' ? element : (elementsOf(element)?.[0] ?? null));
    return network === null ? null : ([key, network] as const);
  });
  return networks.every((entry) => entry !== null) ? networks : undefined;
}

/** Of other values than collections and strings there are none. */
function entriesOf(value: RegoValue | undefined): readonly (readonly [RegoValue, RegoValue])[] {
  if (typeof value === 'string') return [[value, value]];
  if (value instanceof RegoObject) return value.entries;
  if (value instanceof RegoSet) return value.items.map((item) => [item, item]);
  return (elementsOf(value) ?? []).map((item, index) => [regoInteger(index), item]);
}
