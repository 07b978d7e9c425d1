// The HTTP status for a command that failed: whose fault it is, by the code that the command gave.

/** What was asked does not fit what there is; asked again, it would fail again. */
const statuses: Readonly<Record<string, number>> = {
  bad_cursor: 400,
  bad_name: 400,
  client_unknown: 404,
  no_version: 404,
  client_configured: 409,
  client_exists: 409,
  key_in_keychain: 409,
  managed: 409,
  of_bundle: 409,
  policy_refused: 409,
  superseded: 409,
  too_many_clients: 409,
};

/** 503: the part of the proxy that would have to answer can't, for now or in this configuration. */
export function statusOfFailure(code: string): number {
  return Object.hasOwn(statuses, code) ? (statuses[code] ?? 503) : 503;
}
