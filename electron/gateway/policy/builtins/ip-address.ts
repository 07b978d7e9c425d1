// IP addresses and networks as numbers: what the net.cidr builtins reckon with.
import { isIPv4, isIPv6 } from 'node:net';

export interface Network {
  /** Bits of an address: 32 or 128. */
  readonly bits: number;
  /** The first address. */
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `fe80::/10`; bits behind the prefix are set to zero. Null for other text. */
export function parseNetwork(text: string): Network | null {
  const [, address = '', length = ''] = /^([^/%]+)\/(\d{1,3})$/u.exec(text) ?? [];
  const number = parseAddress(address);
  if (number === null) return null;
  const prefix = Number(length);
  if (number.bits === 128 || !address.includes(':')) {
    return prefix > number.bits ? null : networkAt(number.value, number.bits, prefix);
  }
  if (prefix > 128) return null;
  // IPv4 in IPv6 has its prefix counted from the 128 bits.
  return prefix >= 96
    ? networkAt(number.value, 32, prefix - 96)
    : networkAt(mapped | number.value, 128, prefix);
}

/** The IPv6 network in which IPv4 addresses are written: `::ffff:0:0/96`. */
const mapped = 0xffffn << 32n;

export function networkAt(address: bigint, bits: number, prefix: number): Network {
  const size = 1n << BigInt(bits - prefix);
  const first = (address / size) * size;
  return { bits, first, last: first + size - 1n, prefix };
}

/** Null for other text. IPv4 in IPv6 (`::ffff:1.2.3.4`) counts as IPv4, as in Go. */
export function parseAddress(text: string): { readonly value: bigint; readonly bits: number } | null {
  if (isIPv4(text)) return { value: fromIPv4(text), bits: 32 };
  if (!isIPv6(text) || text.includes('%')) return null;
  const dotted = /\d+\.\d+\.\d+\.\d+$/u.exec(text)?.[0];
  const plain = dotted === undefined ? text : text.replace(dotted, hexPair(fromIPv4(dotted)));
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = tail === undefined ? before : [...before, ...zeros, ...after];
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return value >> 32n === mapped >> 32n ? { value: value & 0xffffffffn, bits: 32 } : { value, bits: 128 };
}

function fromIPv4(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function hexPair(value: bigint): string {
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

/** In the shortest form (https://www.rfc-editor.org/rfc/rfc5952). */
export function printAddress(value: bigint, bits: number): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(16 * (7 - index))) & 0xffffn).toString(16),
  );
  const run = longestZeros(groups);
  if (run.length < 2) return groups.join(':');
  const before = groups.slice(0, run.start).join(':');
  return `${before}::${groups.slice(run.start + run.length).join(':')}`;
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}
