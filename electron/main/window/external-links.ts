// Which addresses the window may have opened in the user's browser.

/** The documentation that the window points to. */
const hosts: ReadonlySet<string> = new Set(['modelcontextprotocol.io', 'www.openpolicyagent.org']);

/** Whether a link may leave: https, to a host of the list, with no credentials and no port of its own. */
export function mayOpenOutside(address: string): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === 'https:' &&
    hosts.has(url.hostname) &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  );
}
