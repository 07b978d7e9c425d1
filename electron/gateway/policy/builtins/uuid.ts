// Rego's uuid.parse and uuid.rfc4122.
import { randomUUID } from 'node:crypto';
import type { RegoValue } from '../rego-value.ts';
import { objectOf, onTexts, regoInteger, type Builtin } from './builtin.ts';

/**
 * A random UUID for each key, the same one throughout an evaluation.
 * @param known emptied by the caller before each evaluation
 */
export function uuidFor(known: Map<string, string>): Builtin {
  return onTexts((key = '') => {
    const uuid = known.get(key) ?? randomUUID();
    known.set(key, uuid);
    return uuid;
  });
}

const dashed = String.raw`([\da-f]{8})-([\da-f]{4})-([\da-f]{4})-([\da-f]{4})-([\da-f]{12})`;
const forms = [
  new RegExp(`^(?:urn:uuid:)?${dashed}$`, 'iu'),
  new RegExp(String.raw`^\{${dashed}\}$`, 'iu'),
  /^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})$/iu,
];

/** https://www.rfc-editor.org/rfc/rfc9562: what a UUID says of itself. */
export const parseUuid: Builtin = onTexts((text = '') => {
  const parts = forms.map((form) => form.exec(text)).find((match) => match !== null);
  if (parts === undefined) return undefined;
  const [, low = '', middle = '', high = '', sequence = '', node = ''] = parts;
  const version = Number.parseInt(high.slice(0, 1), 16);
  const found: Record<string, RegoValue> = {
    version: regoInteger(version),
    variant: variantOf(Number.parseInt(sequence.slice(0, 1), 16)),
  };
  if (version !== 1 && version !== 2) return objectOf(found);
  const clock = BigInt(`0x${high.slice(1)}${middle}${low}`);
  // Clocks of UUIDs count 100 ns from 15 October 1582, the first day of the Gregorian calendar.
  const nanos = BigInt.asIntN(64, (clock - 122_192_928_000_000_000n) * 100n);
  return objectOf({
    ...found,
    time: regoInteger(nanos),
    nodeid: (node.match(/../gu) ?? []).join('-').toLowerCase(),
    macvariables: macVariables(Number.parseInt(node.slice(0, 2), 16)),
    clocksequence: regoInteger(Number.parseInt(sequence, 16) & 0x3fff),
    ...(version === 2 ? { id: regoInteger(Number.parseInt(low, 16)), domain: domainOf(sequence) } : {}),
  });
});

function domainOf(sequence: string): string {
  const domain = Number.parseInt(sequence.slice(2), 16);
  return ['Person', 'Group', 'Org'][domain] ?? `Domain${domain}`;
}

/** @param bits the first four of the eighth byte */
function variantOf(bits: number): string {
  if (bits < 8) return 'Reserved';
  if (bits < 12) return 'RFC4122';
  return bits < 14 ? 'Microsoft' : 'Future';
}

/** @param first byte of the node's address */
function macVariables(first: number): string {
  const local = (first & 2) === 2;
  const scope = local ? 'local' : 'global';
  return `${scope}:${(first & 1) === 1 ? 'multicast' : 'unicast'}`;
}
