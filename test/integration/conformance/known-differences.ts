// Where the proxy is known to be visible to a conformance suite, and why. A difference that is mended has to go from here.
import type { Difference } from './comparison.ts';

interface Known {
  readonly reason: string;
  readonly differences: readonly Difference[];
}

const only = (direct: string, proxied: string) => (check: string) => ({ check, direct, proxied });

export const known: readonly Known[] = [
  {
    reason:
      'An answer that came alone goes out as plain JSON, although the server sent a stream of events: a client may take both',
    differences: [
      only(
        'SUCCESS',
        'INFO',
      )('server-sse-multiple-streams / server-sse-streams-functional / ServerSSEStreamsFunctional'),
      only('absent', 'INFO')('server-sse-polling / server-sse-content-type / ServerSSEContentType'),
    ],
  },
  {
    reason:
      'Streams carry no event ids, no retry time, and can not be resumed; one that the server breaks off goes on unbroken',
    differences: [
      ...[
        'server-sse-polling / server-sse-priming-event / ServerSendsPrimingEvent',
        'server-sse-polling / server-sse-retry-field / ServerSendsRetryField',
        'server-sse-polling / server-sse-disconnect-resume / ServerDisconnectResume',
      ].map(only('SUCCESS', 'absent')),
      ...[
        'server-sse-polling / incoming-sse-event / IncomingSseEvent',
        'server-sse-polling / incoming-sse-event / IncomingSseEvent #2',
        'server-sse-polling / stream-closed / StreamClosed',
        'server-sse-polling / outgoing-request / OutgoingRequest #2',
        'server-sse-polling / incoming-response / IncomingResponse #2',
      ].map(only('INFO', 'absent')),
    ],
  },
];
