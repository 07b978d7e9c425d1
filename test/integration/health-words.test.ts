// How the proxy says of each of its parts how it is, where something is really broken.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { operations } from '../../electron/shared/admin-api/operations.ts';
import type { HealthPart } from '../../electron/shared/health.ts';
import { allowAll, startProxy } from './harness.ts';

async function healthOf(config: object): Promise<(part: HealthPart['part']) => HealthPart | undefined> {
  const proxy = await startProxy({ config: { api: { enabled: true }, ...config }, policies: allowAll });
  onTestFinished(() => proxy.stop());
  const authorization = `Bearer ${readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim()}`;
  const answer = await fetch(`${proxy.url}/api/health`, { headers: { authorization } });
  const parts = operations['health.read'].output.parse(await answer.json());
  return (part) => parts.find((one) => one.part === part);
}

it('health.low_disk: where less is free, that is said, with what to do', async () => {
  const low = await healthOf({ health: { low_disk: '9000TB' } });
  expect(low('disk')).toMatchObject({
    state: 'attention',
    says: expect.stringMatching(/^Only [\d.]+ [MG]B are free/u) as string,
    remedy: expect.stringContaining('audit.max_size') as string,
  });
  const enough = await healthOf({ health: { low_disk: 0 } });
  expect(enough('disk')).toMatchObject({ state: 'ok', remedy: null });
});
