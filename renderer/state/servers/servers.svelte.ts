// The servers behind the proxy: which one is open beside the list, the switches on each, and its test.
import type { ServerSummary } from '../../../electron/shared/domain.ts';
import type { ServerDetails, ServerTest } from '../../../electron/shared/servers.ts';
import type { Api } from '../../api/window-api.ts';
import { visibleText } from '../../visible-text.ts';
import { createLiveReading } from '../activity/live-reading.ts';
import type { Notices } from '../notices.svelte.ts';
import { ServersToday } from './server-figures.svelte.ts';

/** At most this often the open one is read anew, milliseconds. */
const readEveryMs = 1_000;

export class ServersState {
  /** The name of the one that is open in the panel. */
  openName = $state<string | null>(null);
  /** Of the open one; null until it is read. */
  details = $state.raw<ServerDetails | null>(null);
  /** The last test of each server. */
  tests = $state.raw<Readonly<Partial<Record<string, ServerTest>>>>({});
  /** The server to which something is being done. */
  busy = $state<string | null>(null);
  readonly today: ServersToday;

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #live = createLiveReading(readEveryMs, () => this.#read());
  readonly #unsubscribe: (() => void)[];

  /** @param names of the servers that are served */
  constructor(api: Api, notices: Notices, names: () => readonly string[]) {
    this.#api = api;
    this.#notices = notices;
    this.today = new ServersToday(api, notices, names);
    this.#unsubscribe = [
      api.on('calls.changed', () => this.today.wake()),
      api.on('status.changed', () => this.#live.wake()),
      api.on('servers.test.changed', (test) => this.#take(test)),
    ];
  }

  /** The view is in front: reads what it shows, and goes on reading. */
  start(): void {
    this.today.start();
    this.#live.start();
    this.#live.wake();
  }

  stop(): void {
    this.today.stop();
    this.#live.stop();
  }

  open(name: string): void {
    if (name !== this.openName) this.details = null;
    this.openName = name;
    void this.#read();
  }

  closePanel(): void {
    this.openName = null;
    this.details = null;
  }

  /** At once; the notice takes it back. */
  async stopServer({ name }: Pick<ServerSummary, 'name'>): Promise<void> {
    const shown = visibleText(name);
    await this.#run(name, `Couldn't stop ${shown}.`, async () => {
      await this.#api.ask('servers.stop', { name });
      this.#notices.say(`Stopped ${shown}. Its calls get an error.`, () => void this.startServer({ name }));
    });
  }

  async startServer({ name }: Pick<ServerSummary, 'name'>): Promise<void> {
    const shown = visibleText(name);
    await this.#run(name, `Couldn't start ${shown}.`, async () => {
      await this.#api.ask('servers.start', { name });
      this.#notices.say(`${shown} takes calls again.`, () => void this.stopServer({ name }));
    });
  }

  async restart({ name, kind }: Pick<ServerSummary, 'name' | 'kind'>): Promise<void> {
    const shown = visibleText(name);
    await this.#run(name, `Couldn't restart ${shown}.`, async () => {
      await this.#api.ask('servers.restart', { name });
      const sessions =
        kind === 'http' ? 'Its sessions have ended; clients open new ones.' : 'Its sessions go on.';
      this.#notices.say(`Restarted ${shown}. ${sessions}`);
    });
  }

  async test({ name }: Pick<ServerSummary, 'name'>): Promise<void> {
    await this.#notices.attempt(`Couldn't test ${visibleText(name)}.`, async () => {
      const begun = await this.#api.ask('servers.test', { name });
      // Events may have told more of it by now.
      if (begun !== null && this.tests[name]?.id !== begun.id) this.#take(begun);
    });
  }

  async cancelTest({ id }: Pick<ServerTest, 'id'>): Promise<void> {
    await this.#notices.attempt("Couldn't stop the test.", () =>
      this.#api.ask('servers.test.cancel', { id }),
    );
  }

  close(): void {
    this.stop();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #take(test: ServerTest): void {
    this.tests = { ...this.tests, [test.server]: test };
    if (test.state !== 'running' && test.server === this.openName) this.#live.wake();
  }

  async #read(): Promise<void> {
    const name = this.openName;
    if (name === null) return;
    const read = await this.#notices.attempt(`Couldn't read what is known of ${visibleText(name)}.`, () =>
      this.#api.ask('servers.read', { name }),
    );
    if (read.ok && name === this.openName) this.details = read.value;
  }

  async #run(name: string, failed: string, act: () => Promise<void>): Promise<void> {
    if (this.busy !== null) return;
    this.busy = name;
    await this.#notices.attempt(failed, act);
    this.busy = null;
    this.#live.wake();
  }
}
