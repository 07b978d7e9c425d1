// The response to a GET for server-sent events: the events, or why there are none.
import { UpstreamError } from '../errors.ts';
import { createEventReader, type EventReader, type EventReaderOptions } from './event-reader.ts';
import type { Hide } from './hide-secrets.ts';
import type { ResponseHandler } from './http-client.ts';
import { mediaType, networkError, statusError } from './http-failure.ts';
import { MAX_ERROR_BODY_BYTES } from './limits.ts';

export interface EventSource extends Omit<EventReaderOptions, 'tooLarge'> {
  readonly server: string;
  readonly url: URL;
  readonly hide?: Hide | undefined;
  readonly opened: () => void;
  /** The stream is at its end, or was never reached: another attempt may do better. */
  readonly broke: (error: UpstreamError) => void;
  /** There is none to be had, or none that can be used. A HttpStatusError where the status says so. */
  readonly refused: (error: UpstreamError) => void;
  /** Ends the exchange from our side. */
  readonly abort: () => void;
}

export function readEventSource(source: EventSource): ResponseHandler {
  const { server, url, maxBytes, hide } = source;
  let reader: EventReader | null = null;
  let refusal = (_body: Buffer): UpstreamError => new UpstreamError(`${server} opened no stream of events`);
  const body: Buffer[] = [];
  let length = 0;

  function refuse(): void {
    source.refused(refusal(Buffer.concat(body)));
  }

  return {
    sent: () => undefined,
    head(head) {
      if (head.status !== 200) refusal = (whole) => statusError(server, url, head, whole, hide);
      else if (mediaType(head) === 'text/event-stream') {
        reader = createEventReader({
          ...source,
          tooLarge() {
            source.abort();
            source.refused(new UpstreamError(`${server} sent a message of more than ${maxBytes} bytes`));
          },
        });
        source.opened();
      }
    },
    data(chunk) {
      if (reader !== null) {
        reader.push(chunk);
        return;
      }
      length += chunk.length;
      if (length <= MAX_ERROR_BODY_BYTES) {
        body.push(chunk);
        return;
      }
      source.abort();
      refuse();
    },
    end() {
      if (reader === null) refuse();
      else source.broke(new UpstreamError(`${server} ended the connection`));
    },
    failed: (error) => source.broke(networkError(server, url, error)),
  };
}
