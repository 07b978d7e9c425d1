// What is kept of a session for a server that is started again.
import { expect, it } from 'vitest';
import { createSessionMemory } from '../../../../electron/gateway/upstream/session-memory.ts';
import type { ResponseMessage } from '../../../../electron/gateway/wire/json-rpc.ts';

it('does not ask for results that are none of its business, for large ones are parsed by that', () => {
  const answer: ResponseMessage = {
    kind: 'response',
    bytes: Buffer.alloc(0),
    id: 7,
    error: null,
    get result(): unknown {
      throw new Error('parsed');
    },
  };
  const memory = createSessionMemory();
  expect(() => memory.answered(answer)).not.toThrow();
});
