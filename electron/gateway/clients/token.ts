// Tokens of clients: made, shown once, and known by their hashes alone.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { clientTokenPrefix } from '../../shared/client-token.ts';

/** 256 bits: nobody guesses one, so that a hash without salt keeps it. */
const BYTES = 32;

export function newToken(): string {
  return clientTokenPrefix + randomBytes(BYTES).toString('base64url');
}

/** SHA-256, 64 hexadecimal digits. */
export function hashOfToken(token: string): string {
  return hash('sha256', token);
}

/** The one of these whose hash it is, compared with all of them so that the time tells nothing. */
export function withHash<T extends { readonly tokenHash: string }>(
  of: Iterable<T>,
  hashed: string,
): T | null {
  const wanted = Buffer.from(hashed, 'hex');
  let found: T | null = null;
  for (const one of of) if (timingSafeEqual(Buffer.from(one.tokenHash, 'hex'), wanted)) found = one;
  return found;
}
