// The bounds of a connection to a server: how large a message may be, how long a goodbye may take.

/** A larger message ends what it came on; it counts for stdio lines, SSE events and JSON bodies alike. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** After its standard input was closed, a server has this long to end by itself (milliseconds). */
export const EXIT_GRACE_MS = 500;
/** After SIGTERM, this long until SIGKILL. Together with the grace a server is gone within 2 s of `close()`. */
export const TERM_GRACE_MS = 1000;

/** How long the DELETE that ends an HTTP session may hold up `close()`. */
export const DELETE_TIMEOUT_MS = 1000;

/** How much of an HTTP error's body is read for its message. */
export const MAX_ERROR_BODY_BYTES = 1024 * 1024;
