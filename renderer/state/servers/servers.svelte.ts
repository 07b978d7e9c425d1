// The servers behind the proxy: which one is open beside the list, the switches on each, and its test.
import type { ServerSummary } from '../../../electron/shared/domain.ts';
import type { SettingChange, SettingOutcome } from '../../../electron/shared/config-settings.ts';
import type { ServerCandidate, ServerDetails, ServerTest } from '../../../electron/shared/servers.ts';
import type { Api } from '../../api/window-api.ts';
import { visibleText } from '../../visible-text.ts';
import { createLiveReading } from '../activity/live-reading.ts';
import type { Notices } from '../notices.svelte.ts';
import { NewServer } from './new-server.svelte.ts';
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
  /** What is typed to add one, while that is open. */
  adding = $state.raw<NewServer | null>(null);
  /** The server to which something is being done. */
  busy = $state<string | null>(null);
  readonly today: ServersToday;

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #names: () => readonly string[];
  #draft: NewServer | null = null;
  readonly #live = createLiveReading(readEveryMs, () => this.#read());
  readonly #unsubscribe: (() => void)[];

  /** @param names of the servers that are served */
  constructor(api: Api, notices: Notices, names: () => readonly string[]) {
    this.#names = names;
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

  /** What was typed and not added is there again when the form is opened the next time. */
  startAdding(isWindows: boolean): void {
    this.closePanel();
    this.#draft ??= new NewServer(this.#names, isWindows);
    this.adding = this.#draft;
  }

  open(name: string): void {
    this.adding = null;
    if (name !== this.openName) this.details = null;
    this.openName = name;
    void this.#read();
  }

  closePanel(): void {
    this.adding = null;
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

  /** Tests what was typed, and adds it where that works. */
  async tryNew(form: NewServer): Promise<void> {
    const candidate = form.finish();
    if (candidate === null) return;
    await this.#notices.attempt(`Couldn't test ${candidate.name}.`, async () => {
      const test = await this.#api.ask('servers.try', candidate);
      form.testing = test.id;
      this.#take(test);
    });
  }

  /** Adds what was typed as it is, whatever came of a test. */
  async add(form: NewServer): Promise<void> {
    const candidate = form.finish();
    if (candidate === null) return;
    const { name } = candidate;
    await this.#run(name, `Couldn't add ${name}.`, async () => {
      const undos = await this.#setAll(settingsOf(candidate));
      this.#draft = null;
      this.adding = null;
      this.#notices.say(
        `Added ${name}. It is served once the proxy has been restarted.`,
        () => void this.#undo(undos),
      );
    });
  }

  /** One that was added in this window; the notice takes it back. */
  async remove({ name }: { readonly name: string }): Promise<void> {
    const shown = visibleText(name);
    await this.#run(name, `Couldn't remove ${shown}.`, async () => {
      const undos = await this.#setAll(
        ['command', 'args', 'url'].map((key) => ({ path: ['servers', name, key] })),
      );
      this.#notices.say(`Removed ${shown}.`, () => void this.#undo(undos));
    });
  }

  close(): void {
    this.stop();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #take(test: ServerTest): void {
    this.tests = { ...this.tests, [test.server]: test };
    if (test.state === 'running') return;
    if (test.server === this.openName) this.#live.wake();
    const form = this.adding;
    if (form?.testing !== test.id) return;
    form.testing = null;
    if (test.state === 'ok') void this.add(form);
    form.failed = test.state === 'failed';
  }

  /** All of these settings, or none; the numbers take them back. */
  async #setAll(changes: readonly SettingChange[]): Promise<number[]> {
    const undos: number[] = [];
    for (const change of changes) {
      const outcome = await this.#api.ask('config.set', change);
      if (outcome.outcome === 'set') undos.unshift(outcome.undo);
      else {
        await this.#undo(undos);
        throw new Error(refusalWords(outcome));
      }
    }
    return undos;
  }

  async #undo(undos: readonly number[]): Promise<void> {
    await this.#notices.attempt("Couldn't take it back.", async () => {
      for (const undo of undos) await this.#api.ask('config.undo', { undo });
    });
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

/** A setting for each key: what may be a secret stands in an argument, and the log knows that of `args`. */
function settingsOf({ name, reach }: ServerCandidate): SettingChange[] {
  const at = (key: string) => ['servers', name, key];
  if ('url' in reach) return [{ path: at('url'), value: reach.url }];
  const command = { path: at('command'), value: reach.command };
  return reach.args.length === 0 ? [command] : [command, { path: at('args'), value: reach.args }];
}

function refusalWords(outcome: Exclude<SettingOutcome, { outcome: 'set' }>): string {
  return outcome.outcome === 'locked'
    ? `It is set in ${outcome.where} already`
    : outcome.mistakes.map(({ words }) => words).join(' ');
}
