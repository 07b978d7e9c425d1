import { describe, expect, it } from 'vitest';
import type { WindowApi } from '../../electron/shared/contract.ts';
import { CommandError, connectApi } from '../../renderer/api/window-api.ts';

function bridge(reply: unknown): { asked: unknown[]; window: WindowApi } {
  const asked: unknown[] = [];
  const window = {
    invoke: (name: string, input: unknown) => {
      asked.push([name, input]);
      return Promise.resolve(reply);
    },
    on: () => () => undefined,
  } as unknown as WindowApi;
  return { asked, window };
}

describe('connectApi', () => {
  it('gives the value of a good reply', async () => {
    const { asked, window } = bridge({ ok: true, value: true });
    await expect(connectApi(window).ask('approvals.answer', { ids: ['a'], allow: true })).resolves.toBe(true);
    expect(asked).toEqual([['approvals.answer', { ids: ['a'], allow: true }]]);
  });

  it('throws the error of a bad one with its code', async () => {
    const { window } = bridge({
      ok: false,
      error: { code: 'gateway_stopped', message: 'It is not running' },
    });
    const failed = connectApi(window).ask('status.read');
    await expect(failed).rejects.toThrow('It is not running');
    await expect(failed).rejects.toBeInstanceOf(CommandError);
    await expect(failed).rejects.toMatchObject({ code: 'gateway_stopped' });
  });
});
