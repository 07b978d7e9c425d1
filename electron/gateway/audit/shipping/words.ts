// What is wrong with shipping, in words: what happened, and what to do.
import type { ShippingState } from './shipping-contract.ts';
import type { Sent } from './collector.ts';

type Words = NonNullable<ShippingState['problem']>;

const keeps = 'Until then the records wait in the audit log, and no call waits for them.';

/** @param url holds no credential */
export function whyNotTaken(url: string, sent: Exclude<Sent, { kind: 'accepted' }>): Words {
  const { status, why } = sent;
  if (status === null) {
    return {
      message: `The audit log can't be shipped to ${url}: ${why}.`,
      remedy: `See that the collector runs, that this machine reaches it, and that audit.otlp names its endpoint, token and certificates. ${keeps}`,
    };
  }
  return {
    message: `The audit log can't be shipped to ${url}: it answers with status ${status}${why === '' ? '' : ` (${why})`}.`,
    remedy: `${remedyFor(status)} ${keeps}`,
  };
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403)
    return 'See that audit.otlp.token (or token_file, headers, cert_file) is one that it takes.';
  if (status === 404 || status === 405)
    return 'See that audit.otlp.endpoint is that of an OTLP/HTTP receiver for logs.';
  if (status === 415)
    return 'Have it take OTLP as JSON (application/json), or set audit.otlp.compression to none.';
  if (status === 400 || status === 413)
    return 'It has never taken anything yet: see that audit.otlp.endpoint is that of an OTLP/HTTP receiver for logs.';
  if (status >= 300 && status < 400) return 'Set audit.otlp.endpoint to where it redirects to.';
  if (status === 429) return 'It asks to be sent less: nothing needs to be done unless this goes on.';
  if (status >= 500)
    return 'It is tried again by itself: see what is wrong with the collector if this goes on.';
  return 'See what the collector says of it in its own log.';
}

/** The fault is on this side. */
export function notReadable(error: unknown): Words {
  return {
    message: `The audit log can't be shipped: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'See that the database and the file audit.db.shipped beside it can be read and written.',
  };
}

/** @param said the collector's words about what it has refused; may be empty */
export function whatIsLacking(
  url: string,
  { retention, backlog, refused }: ShippingState['skipped'],
  said: string,
): Words {
  const parts = [
    ...(retention > 0
      ? [`${retention} were deleted (audit.retention_days, max_size) before it took them`]
      : []),
    ...(backlog > 0 ? [`${backlog} were more than may wait (audit.otlp.max_backlog)`] : []),
    ...(refused > 0 ? [`${refused} were refused by it${said === '' ? '' : `: ${said}`}`] : []),
  ];
  return {
    message: `The collector at ${url} lacks records of the audit log: ${parts.join('; ')}.`,
    remedy:
      retention > 0
        ? 'Have records kept for longer than a collector may be away. Which ones it lacks, the log itself says (log.unshipped).'
        : 'They are in the audit log, and can be exported from there.',
  };
}
