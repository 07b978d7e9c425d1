// Makes the connection to a server from what is configured for it.
import type { ClosableUpstream } from './connections.ts';
import { limitCrowd, type Crowd } from './crowded-upstream.ts';
import { createHttpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import type { RetryPolicy } from './retry-delay.ts';
import { retryUndelivered } from './retrying-upstream.ts';
import { createStdioUpstream, type StdioUpstreamOptions } from './stdio-upstream.ts';

export type UpstreamOptions = (StdioUpstreamOptions | ({ readonly kind: 'http' } & HttpUpstreamOptions)) & {
  /** Null where the server is asked as much at once as there is to ask. */
  readonly crowd: Crowd | null;
};

/** Connects to nothing yet: a session's first message does. Without a policy no message is tried twice. */
export function createUpstream(options: UpstreamOptions, retry: RetryPolicy | null = null): ClosableUpstream {
  const { crowd, logger } = options;
  const reached = options.kind === 'http' ? createHttpUpstream(options) : createStdioUpstream(options);
  const retried = retry === null ? reached : retryUndelivered(reached, retry, logger);
  // A message keeps its place until its last try.
  return crowd === null ? retried : limitCrowd(retried, crowd);
}
