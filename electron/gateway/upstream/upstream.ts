// Makes the connection to a server from what is configured for it.
import type { ClosableUpstream } from './connections.ts';
import { limitCrowd, type Crowd } from './crowded-upstream.ts';
import { createHttpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { createStdioUpstream, type StdioUpstreamOptions } from './stdio-upstream.ts';

export type UpstreamOptions = (StdioUpstreamOptions | ({ readonly kind: 'http' } & HttpUpstreamOptions)) & {
  /** Null where the server is asked as much at once as there is to ask. */
  readonly crowd: Crowd | null;
};

/** Connects to nothing yet: a session's first message does. */
export function createUpstream(options: UpstreamOptions): ClosableUpstream {
  const upstream = options.kind === 'http' ? createHttpUpstream(options) : createStdioUpstream(options);
  return options.crowd === null ? upstream : limitCrowd(upstream, options.crowd);
}
