// Takes the credentials that a server is sent out of what it says: some servers quote the token that they refuse.

/** Gives a server's words back without our credentials. Left out where none are sent. */
export type Hide = (words: string) => string;

/** Shorter ones are hardly secrets, and would tear holes into words that are none. */
const SHORTEST_VALUE = 4;
/** "Bearer" and its like may stay; the token after it may not, even where it stands alone. */
const SHORTEST_PART = 8;

/** @param values of headers, user names and passwords, whole. */
export function hideSecrets(values: readonly string[]): Hide {
  const secrets = [
    ...values.filter((value) => value.length >= SHORTEST_VALUE),
    ...values.flatMap((value) => value.split(/\s+/u)).filter((part) => part.length >= SHORTEST_PART),
  ].toSorted((a, b) => b.length - a.length);
  return (words) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '…'), words);
}
