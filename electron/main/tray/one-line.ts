// Words of clients and servers as one line of a menu or notification: nothing in them can pose as something else.

/** Control, format (bidi overrides, zero-width) and line-breaking characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** At most `longest` characters of the text; what is cut off is marked. */
export function oneLine(text: string, longest = 60): string {
  const line = text.replace(unseen, ' ').trim();
  const characters = Array.from(line);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line;
}

/** A line for a menu, where a single `&` would mark a key. */
export function menuText(text: string, longest?: number): string {
  return oneLine(text, longest).replaceAll('&', '&&');
}

const lookalikes: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '&': '＆' };

/** For where markup may be read, and can't be escaped because it may not be: what looks like it in its place. */
export function withoutMarkup(text: string): string {
  return text.replace(/[<>&]/g, (character) => lookalikes[character] ?? character);
}

/** A line for a notification, where some desktops read markup. */
export function noticeText(text: string, longest?: number): string {
  return withoutMarkup(oneLine(text, longest));
}
