// Makes the connection to a server from what is configured for it.
import type { ClosableUpstream } from './connections.ts';
import { createHttpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { createStdioUpstream, type StdioUpstreamOptions } from './stdio-upstream.ts';

export type UpstreamOptions = StdioUpstreamOptions | ({ readonly kind: 'http' } & HttpUpstreamOptions);

/** Connects to nothing yet: a session's first message does. */
export function createUpstream(options: UpstreamOptions): ClosableUpstream {
  return options.kind === 'http' ? createHttpUpstream(options) : createStdioUpstream(options);
}
