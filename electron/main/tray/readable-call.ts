// What a call would do, in the few lines that a menu or a notification has: all of it, or a word that there is more.
import type { PendingApproval } from '../../shared/approvals.ts';
import { oneLine } from './one-line.ts';

export interface ReadableCall {
  /** The tool, or else the method. */
  readonly what: string;
  /** What it acts on, and its arguments as they came. */
  readonly lines: readonly string[];
  /** Nothing was cut off or left out: who has read this knows what would be allowed. */
  readonly isWhole: boolean;
}

/** Menus and notifications are seen over shoulders and on locked screens, and are kept in lists. */
const secretWords = 'Holds something that looks like a secret: look at it in the window';

/** Characters, of each line and of all of them. */
export interface Room {
  readonly line: number;
  readonly all: number;
}

export function readableCall(call: PendingApproval, room: Room): ReadableCall {
  const { tool, method, resource, resources, arguments: json } = call;
  const name = tool ?? method;
  if (call.holdsSecret) return { what: oneLine(name), lines: [secretWords], isWhole: false };
  const about = [...new Set([...(resource === null ? [] : [resource]), ...resources])];
  const texts = [...about, ...(json === '{}' || json === '' ? [] : [json.trim()])];
  const length = texts.reduce((sum, text) => sum + Array.from(text).length, 0);
  const isWhole = length <= room.all && [name, ...texts].every((text) => text === oneLine(text, Infinity));
  const lines = isWhole
    ? texts.flatMap((text) => pieces(text, room.line))
    : texts.map((text) => oneLine(text, room.line));
  return { what: oneLine(name), lines, isWhole: isWhole && oneLine(name) === name };
}

/** In a word or two: its tool, or else what it acts on. */
export function shortName({ tool, resource, method, holdsSecret }: PendingApproval): string {
  return tool ?? (holdsSecret ? null : resource) ?? method;
}

function pieces(text: string, length: number): string[] {
  const characters = Array.from(text);
  const count = Math.ceil(characters.length / length);
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * length, (index + 1) * length).join(''),
  );
}
