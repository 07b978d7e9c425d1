// How the token of a client looks, and where it stands in a path.

/** So that people, and programs that look for leaked secrets, know one when they see it. */
export const clientTokenPrefix = 'mcpp_';

/** The address for a client that can't send headers; `path` begins with a slash. */
export function pathWithToken(token: string, path: string): string {
  return `/c/${token}${path}`;
}
