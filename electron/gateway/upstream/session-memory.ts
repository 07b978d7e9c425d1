// What a server has been told in its session, and forgets when it ends (MCP 2025-11-25: lifecycle, logging, resources).
import { z } from 'zod';
import type { AllowedMessage } from '../call.ts';
import type { RequestId, ResponseMessage } from '../wire/json-rpc.ts';

export interface SessionMemory {
  /** The client's `initialize`, once the server has agreed to it. */
  readonly handshake: Handshake | null;
  /** Takes note of what goes to the server. */
  sent(allowed: AllowedMessage): void;
  /** Takes note of what the server answers: what it refused, it was not told. */
  answered(response: ResponseMessage): void;
  /** What was sent and not answered will not be. */
  interrupted(): void;
  /** What a new server has to be told after `initialize`, in order. */
  rest(): AllowedMessage[];
}

export interface Handshake {
  readonly initialize: AllowedMessage;
  readonly id: RequestId;
  /** Empty where the server named none. */
  readonly protocolVersion: string;
}

export function createSessionMemory(): SessionMemory {
  const unanswered = new Map<RequestId, AllowedMessage>();
  let handshake: Handshake | null = null;
  let initialized: AllowedMessage | null = null;
  let level: AllowedMessage | null = null;
  const subscriptions = new Map<unknown, AllowedMessage>();

  function keep(allowed: AllowedMessage, result: unknown): void {
    const { message } = allowed;
    if (message.kind !== 'request') return;
    switch (message.method) {
      case 'initialize':
        handshake = { initialize: allowed, id: message.id, protocolVersion: protocolVersionIn(result) };
        return;
      case 'logging/setLevel':
        level = allowed;
        return;
      case 'resources/subscribe':
        subscriptions.set(message.params.uri, allowed);
        return;
      case 'resources/unsubscribe':
        subscriptions.delete(message.params.uri);
    }
  }

  return {
    get handshake() {
      return handshake;
    },
    sent(allowed) {
      const { message } = allowed;
      if (message.kind === 'request' && toRemember.has(message.method)) unanswered.set(message.id, allowed);
      else if (message.kind === 'notification' && message.method === 'notifications/initialized') {
        initialized = allowed;
      }
    },
    answered(response) {
      const { id, error } = response;
      const allowed = id === null ? undefined : unanswered.get(id);
      if (allowed === undefined || id === null) return;
      unanswered.delete(id);
      // A large result is parsed by whoever asks for it: only here, where it is small.
      if (error === null) keep(allowed, response.result);
    },
    interrupted: () => unanswered.clear(),
    rest: () => [initialized, level, ...subscriptions.values()].filter((allowed) => allowed !== null),
  };
}

const toRemember: ReadonlySet<string> = new Set([
  'initialize',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

const lists = ['tools', 'prompts', 'resources'] as const;
const initializeResult = z.object({
  protocolVersion: z.string().catch(''),
  capabilities: z.partialRecord(z.enum(lists), z.object({ listChanged: z.boolean().optional() })).catch({}),
});

export function protocolVersionIn(result: unknown): string {
  return initializeResult.safeParse(result).data?.protocolVersion ?? '';
}

/** The lists of which this result of `initialize` says that the server tells when they change. */
export function changingLists(result: unknown): string[] {
  const capabilities = initializeResult.safeParse(result).data?.capabilities ?? {};
  return lists.filter((list) => capabilities[list]?.listChanged === true);
}
