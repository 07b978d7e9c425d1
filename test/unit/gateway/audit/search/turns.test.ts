import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../../../electron/gateway/audit/search/turns.ts';

describe('turns', () => {
  it('let figures go on where nobody waits for calls', async () => {
    const { later } = createTurns();
    const begun = performance.now();
    for (let part = 0; part < 20; part += 1) await later();
    expect(performance.now() - begun).toBeLessThan(100);
  });

  it('have figures rest until the last of those is answered that are waited for', async () => {
    const { ahead, soon, later } = createTurns();
    const order: string[] = [];
    const search = (name: string, parts: number) =>
      ahead(async () => {
        for (let part = 0; part < parts; part += 1) await soon();
        order.push(name);
      });
    const figure = later().then(() => order.push('figure'));
    await Promise.all([figure, search('short', 2), search('long', 20)]);
    expect(order).toEqual(['short', 'long', 'figure']);
  });

  it('let figures go on after a search that failed', async () => {
    const { ahead, later } = createTurns();
    await expect(ahead(() => Promise.reject(new Error('unreadable')))).rejects.toThrow('unreadable');
    const begun = performance.now();
    await later();
    expect(performance.now() - begun).toBeLessThan(100);
  });

  it('let figures have a part now and then while a search takes long', async () => {
    const { ahead, later } = createTurns();
    const { promise, resolve } = Promise.withResolvers<null>();
    const search = ahead(() => promise);
    await later();
    await later();
    resolve(null);
    await search;
  });
});
