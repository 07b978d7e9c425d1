// The whole window on a fake api, as a user has it in front.
import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import App from '../../renderer/App.svelte';
import { type App as AppState, createApp } from '../../renderer/state/app.ts';
import { type Answers, type FakeApi, fakeApi } from './fake-api.ts';
import { sampleApp, sampleStatus } from '../samples.ts';
import { type SampleLog, sampleLog } from './sample-log.ts';

export interface OpenWindow {
  readonly app: AppState;
  readonly api: FakeApi;
  readonly log: SampleLog;
}

export async function openWindow(answers: Answers = {}, logLength = 0): Promise<OpenWindow> {
  const log = sampleLog(logLength);
  const api = fakeApi({
    'status.read': () => sampleStatus(),
    'app.info': () => sampleApp,
    'approvals.list': () => [],
    'clients.list': () => [],
    ...log.answers,
    'grants.list': () => ({ now: Date.now(), temporary: [], standing: [] }),
    'approvals.quiet.read': () => ({ now: Date.now(), current: null, last: null, unasked: [] }),
    'clipboard.write': () => undefined,
    ...answers,
  });
  const app = createApp(api);
  render(App, { app });
  await app.load();
  await settled();
  return { app, api, log };
}

/** Everything that was asked is answered and shown. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await tick();
}

export const button = (name: string | RegExp) => screen.getByRole('button', { name });
