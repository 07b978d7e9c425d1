// How a server does, and how it is spoken to, in the words that all parts of the program share.
import { z } from 'zod';

/**
 * `idle`: nothing of it runs, and the next call starts it; `failing`: it let the last calls down; `held_back`: so often
 * that none is sent for a while; `stopped`: a person has stopped it, and its calls get an error.
 */
export const serverState = z.enum(['running', 'starting', 'idle', 'failing', 'held_back', 'stopped']);
export type ServerState = z.infer<typeof serverState>;

/** How it is spoken to; `auto` is a URL of which that is not known yet. */
export const serverTransport = z.enum(['stdio', 'streamable-http', 'sse', 'auto']);
export type ServerTransport = z.infer<typeof serverTransport>;
