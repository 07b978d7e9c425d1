// The one line on standard output that tells scripts where the proxy serves.

/** Its form is fixed: scripts rely on it. */
export function readyLine(url: string, version: string): string {
  return `${JSON.stringify({ event: 'ready', url, version, pid: process.pid })}\n`;
}
