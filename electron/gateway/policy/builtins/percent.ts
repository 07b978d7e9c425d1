// Text with bytes written as `%41`, as Go's net/url reads and writes it.

/** Undefined where a percent sign is not followed by two hexadecimal digits. */
export function decodePercent(text: string): string | undefined {
  if (/%(?![\da-f]{2})/iu.test(text)) return undefined;
  // Byte by byte, because what is escaped need not be UTF-8.
  const bytes = Buffer.from(text);
  const decoded: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x25) decoded.push(byte);
    else {
      decoded.push(Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16));
      at += 2;
    }
  }
  return Buffer.from(decoded).toString('utf8');
}

/** @param text of which these characters alone need no percent sign: letters, digits, `-_.~` and what `safe` has */
export function encodePercent(text: string, safe: RegExp): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%[\dA-F]{2}/gu, (escaped) => {
      const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      return safe.test(character) ? character : escaped;
    });
}
