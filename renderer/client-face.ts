// By what a client is known again at a glance: its initials, and a hue. No pictures: they would belong to others.
import { clientName } from './words/clients.ts';

export interface ClientFace {
  /** One or two; a question mark where there is nothing to take them from. */
  readonly initials: string;
  /** Degrees of OKLCH. */
  readonly hue: number;
}

/** Far from red, amber and green: those are verdicts. */
const hues = [205, 232, 259, 286, 313, 340] as const;

/**
 * The same for the same client, wherever it is shown.
 * @param id of the registered client whose token it showed; null where it showed none
 * @param claimed what it says that its name is: all that there is to go by without a token
 */
export function clientFace(id: string | null, claimed: string): ClientFace {
  const name = id ?? (claimed.trim() === '' ? '' : clientName(claimed));
  const words = name.normalize('NFC').match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const initials = words.slice(0, 2).map((word) => Array.from(word.toUpperCase())[0]);
  return {
    initials: initials.join('') || '?',
    hue: hues[digest(id ?? claimed) % hues.length] ?? hues[0],
  };
}

/** FNV-1a, 32 bits: short names that differ in a letter come out far apart. */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
