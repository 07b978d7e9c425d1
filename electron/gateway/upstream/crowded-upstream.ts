// A server that is asked only so much at once: its sessions share the places there.
import { UpstreamError } from '../errors.ts';
import type { AllowedMessage } from '../call.ts';
import type { UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { givenUpBy } from '../wire/cancellation.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import type { ClosableUpstream } from './connections.ts';
import { createPlaces, needsPlace, type Place, type Places } from './places.ts';

export interface Crowd {
  /** So many requests may run at once, of all sessions together. */
  readonly maxConcurrent: number;
  /** So many more may wait for that. */
  readonly maxQueued: number;
}

export function limitCrowd(upstream: ClosableUpstream, crowd: Crowd): ClosableUpstream {
  const places = createPlaces(crowd.maxConcurrent, crowd.maxQueued);
  const busy =
    `${upstream.name} is busy: ${crowd.maxConcurrent} requests run there and ${crowd.maxQueued} wait. ` +
    'Try again in a while';
  return {
    ...upstream,
    connect: (events, era) => openWithPlaces(places, busy, events, (heard) => upstream.connect(heard, era)),
  };
}

function openWithPlaces(
  places: Places,
  busy: string,
  events: UpstreamEvents,
  connect: (heard: UpstreamEvents) => UpstreamConnection,
): UpstreamConnection {
  const held = new Map<RequestId, Place>();

  function leave(id: RequestId): void {
    held.get(id)?.leave();
    held.delete(id);
  }

  function leaveAll(): void {
    for (const id of held.keys()) leave(id);
  }

  const connection = connect({
    message(message, relatedTo) {
      if (message.kind === 'response' && message.id !== null) leave(message.id);
      events.message(message, relatedTo);
    },
    stream: (request, event) => events.stream(request, event),
    failed(request, why, cause) {
      leave(request);
      events.failed(request, why, cause);
    },
    interrupted(why) {
      leaveAll();
      events.interrupted(why);
    },
    closed(why) {
      leaveAll();
      events.closed(why);
    },
  });

  async function sendWhenThereIsRoom(id: RequestId, allowed: AllowedMessage): Promise<void> {
    const place = places.take();
    if (place === null) throw new UpstreamError(busy, { fate: 'held_back' });
    held.set(id, place);
    // Without a wait where there is none: what its client sends next must not overtake it.
    if (!place.isRunning) await place.granted;
    if (held.get(id) !== place) throw new UpstreamError('The request was given up', { fate: 'held_back' });
    try {
      await connection.send(allowed);
    } catch (error) {
      leave(id);
      throw error;
    }
  }

  return {
    async send(allowed) {
      const { message } = allowed;
      if (needsPlace(message)) {
        await sendWhenThereIsRoom(message.id, allowed);
        return;
      }
      const given = givenUpBy(message);
      const place = given === null ? undefined : held.get(given);
      if (given !== null) leave(given);
      // A server need not hear of the end of what it never heard of.
      if (place?.isRunning !== false) await connection.send(allowed);
    },
    async close() {
      leaveAll();
      await connection.close();
    },
  };
}
