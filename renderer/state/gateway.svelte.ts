// The gateway as the window sees it: its status, and the switches that act on it.
import type { Api } from '../api/window-api.ts';
import type {
  GatewayStatus,
  PolicyMode,
  ServerSummary,
  SessionSummary,
} from '../../electron/shared/domain.ts';
import { conditionOf } from '../words/condition.ts';
import { modeNames, modeSentences } from '../words/policies.ts';
import type { Notices } from './notices.svelte.ts';

export interface ServedServer extends ServerSummary {
  /** For clients that speak Streamable HTTP. */
  readonly streamableUrl: string;
  /** For each transport that is served. */
  readonly addresses: readonly Address[];
}

export interface Address {
  readonly transport: SessionSummary['transport'];
  readonly url: string;
}

function servedBy(status: GatewayStatus | null): readonly ServedServer[] {
  const url = status?.url ?? null;
  if (status === null || url === null) return [];
  return status.servers.map((server) => {
    const streamableUrl = url + server.paths.mcp;
    const streamable = { transport: 'streamable-http', url: streamableUrl } as const;
    const sse = { transport: 'sse', url: url + server.paths.sse } as const;
    return { ...server, streamableUrl, addresses: status.servesSse ? [streamable, sse] : [streamable] };
  });
}

function allUrlOf(status: GatewayStatus | null): string | null {
  const url = status?.url ?? null;
  return status === null || url === null || status.servers.length < 2 ? null : url + status.allServers.mcp;
}

export class GatewayState {
  /** null until the first answer. */
  status = $state.raw<GatewayStatus | null>(null);
  /** A switch was thrown and has not been answered. */
  busy = $state(false);
  readonly condition = $derived(conditionOf(this.status));
  /** It answers: log, approvals and policy can be asked for. */
  readonly serving = $derived(this.status?.state === 'running' || this.status?.state === 'paused');
  /** Each server that can be reached, with the addresses at which clients reach it; the default one first. */
  readonly served = $derived(servedBy(this.status));
  /** Where clients that speak Streamable HTTP reach all of several servers together; null where there is one alone. */
  readonly allUrl = $derived(allUrlOf(this.status));
  /** The demo server is there to be called. */
  readonly demonstrable = $derived(this.served.some(({ kind }) => kind === 'demo'));

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #onServing: () => void;
  readonly #unsubscribe: () => void;

  /** @param onServing called each time the gateway has come to serve: at the start, and after a restart. */
  constructor(api: Api, notices: Notices, onServing: () => void) {
    this.#api = api;
    this.#notices = notices;
    this.#onServing = onServing;
    this.#unsubscribe = api.on('status.changed', (status) => this.#take(status));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read the state of the proxy.", async () => {
      this.#take(await this.#api.ask('status.read'));
    });
  }

  /** Pauses or resumes everything, at once; the notice takes it back. */
  setPaused(paused: boolean): Promise<void> {
    return this.#throw(paused ? "Couldn't pause." : "Couldn't resume.", async () => {
      await this.#api.ask('pause.set', paused);
      const said = paused ? 'Paused. Every call is refused.' : 'Resumed.';
      this.#notices.say(said, () => void this.setPaused(!paused));
    });
  }

  togglePaused(): Promise<void> {
    return this.setPaused(this.condition !== 'paused');
  }

  setMode(mode: PolicyMode): Promise<void> {
    const before = this.status?.mode;
    if (before === undefined || before === mode) return Promise.resolve();
    return this.#throw("Couldn't change the mode.", async () => {
      await this.#api.ask('mode.set', mode);
      this.#notices.say(`${modeNames[mode]}. ${modeSentences[mode]}`, () => void this.setMode(before));
    });
  }

  restart(): Promise<void> {
    return this.#throw("Couldn't restart the proxy.", async () => {
      await this.#api.ask('gateway.restart');
    });
  }

  /** Puts text on the clipboard; `what` names it in what is said about it. False where it failed. */
  async copy(text: string, what: string): Promise<boolean> {
    const done = await this.#notices.attempt(`Couldn't copy ${what}.`, () =>
      this.#api.ask('clipboard.write', text),
    );
    if (done.ok) this.#notices.announce(`Copied ${what}.`);
    return done.ok;
  }

  close(): void {
    this.#unsubscribe();
  }

  #take(status: GatewayStatus): void {
    const served = this.serving;
    this.status = status;
    if (this.serving && !served) this.#onServing();
  }

  async #throw(failure: string, act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await this.#notices.attempt(failure, act);
    this.busy = false;
  }
}
