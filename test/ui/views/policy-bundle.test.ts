// The bar that says where policies come from, in the window.
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyBundleStatus } from '../../../electron/shared/policy-bundles.ts';
import type { Answers } from '../fake-api.ts';
import { openWindow, settled } from '../open-window.ts';
import { sampleFolder } from '../sample-policies.ts';

const url = 'https://policies.example/mcp.tar.gz';

const good: PolicyBundleStatus = {
  url,
  taken: {
    revision: 'r7',
    roots: ['mcp'],
    etag: null,
    signedBy: { keyId: 'ours', algorithm: 'RS256' },
    at: 0,
  },
  checking: false,
  lastTryAt: Date.now() - 1000,
  lastSuccessAt: Date.now() - 1000,
  nextTryAt: null,
  problem: null,
};
const none: PolicyBundleStatus = { ...good, taken: null, lastTryAt: null, lastSuccessAt: null };
const problem = { message: 'The server answers with status 404.', remedy: 'See that a bundle lies there.' };

async function opened(bundle: PolicyBundleStatus | null, answers: Answers = {}) {
  const { answers: folder } = sampleFolder();
  const read = folder['policy.read'];
  if (read === undefined) throw new Error('There is no policy');
  const overview = { ...(await read()), bundle };
  const all = await openWindow({ ...folder, 'policy.read': () => overview, ...answers });
  all.app.navigation.go('policies');
  // The editor's modules come first, and those are many.
  await screen.findByRole('region', { name: 'Policies' }, { timeout: 10_000 });
  await settled();
  return all;
}

const bar = () => screen.getByRole('region', { name: 'Policy bundle' });
const words = () => bar().querySelector('p')?.textContent.replaceAll(/\s+/gu, ' ').trim();

describe('the bundle that policies come from', () => {
  afterEach(cleanup);

  it('is no matter where none is configured', async () => {
    await opened(null);
    expect(screen.queryByRole('region', { name: 'Policy bundle' })).toBeNull();
  });

  it('is named with its revision, its signature and when it was looked for', async () => {
    await opened(good);
    expect(words()).toMatch(
      /^Policies come from https:\/\/policies\.example\/mcp\.tar\.gz, revision r7, signed\. Checked .+\.$/u,
    );
    expect(within(bar()).queryByRole('list', { name: 'Problems' })).toBeNull();
  });

  it('is said to be missing, and why, until it comes', async () => {
    const { api } = await opened({ ...none, problem });
    expect(words()).toMatch(/but none could be taken yet/u);
    const problems = screen.getByRole('list', { name: 'Problems' });
    expect(problems.textContent).toContain(problem.message);
    expect(problems.textContent).toContain(problem.remedy);
    api.emit('policy.bundle.changed', good);
    await settled();
    expect(words()).toMatch(/revision r7/u);
    expect(screen.queryByRole('list', { name: 'Problems' })).toBeNull();
  });

  it('is asked for at once, which is told while it lasts', async () => {
    let answer: (status: PolicyBundleStatus) => void = () => undefined;
    const { api } = await opened(good, {
      'policy.bundle.check': () => new Promise((resolve) => (answer = resolve)),
    });
    const check = within(bar()).getByRole<HTMLButtonElement>('button', { name: 'Check now' });
    await fireEvent.click(check);
    api.emit('policy.bundle.changed', { ...good, checking: true });
    await settled();
    expect(words()).toMatch(/Being checked…$/u);
    expect(check.disabled).toBe(true);
    answer({ ...good, taken: { ...(good.taken ?? fail()), revision: 'r8' } });
    await waitFor(() => expect(words()).toMatch(/revision r8/u));
    expect(check.disabled).toBe(false);
  });
});

function fail(): never {
  throw new Error('There is no bundle');
}
