// The proxy's own ids.
import { expect, it } from 'vitest';
import { newRequestId } from '../../../../electron/gateway/router/request-id.ts';

it('gives every call an id of its own, past the end of the pool, too', () => {
  const ids = Array.from({ length: 2000 }, newRequestId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^req_[0-9a-f]{16}$/u);
});

it('uses every digit in every place', () => {
  const ids = Array.from({ length: 2000 }, newRequestId);
  for (let place = 4; place < 20; place += 1) expect(new Set(ids.map((id) => id[place])).size).toBe(16);
});
