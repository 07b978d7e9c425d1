// The clients that have a token: who they are, the panel beside them, and the token that is seen once.
import { type Api, CommandError } from '../api/window-api.ts';
import type { ClientSummary, IssuedToken } from '../../electron/shared/domain.ts';
import { visibleText } from '../visible-text.ts';
import type { Notices } from './notices.svelte.ts';
import { RegistrationForm } from './registration.svelte.ts';

export type ClientPanel =
  | { readonly kind: 'register'; readonly form: RegistrationForm }
  | { readonly kind: 'client'; readonly id: string }
  /** `anew`: in place of an older one. */
  | { readonly kind: 'token'; readonly issued: IssuedToken; readonly anew: boolean };

export class ClientsState {
  /** null until read. */
  list = $state.raw<readonly ClientSummary[] | null>(null);
  #panel = $state.raw<ClientPanel | null>(null);
  /** A command is under way. */
  busy = $state(false);
  /** Null also where it was of a client that is gone. */
  readonly panel = $derived(
    this.#panel?.kind === 'client' && this.byId(this.#panel.id) === null ? null : this.#panel,
  );
  #tokenCopied = false;
  /** What was typed and not sent is there again when the form is opened the next time. */
  #draft: RegistrationForm | null = null;

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('clients.changed', (list) => {
      this.list = list;
    });
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read which clients are registered.", async () => {
      this.list = await this.#api.ask('clients.list');
    });
  }

  byId(id: string): ClientSummary | null {
    return this.list?.find((client) => client.id === id) ?? null;
  }

  startRegistration(): void {
    this.#draft ??= new RegistrationForm(() => (this.list ?? []).map(({ id }) => id));
    this.#show({ kind: 'register', form: this.#draft });
  }

  open(id: string): void {
    this.#show({ kind: 'client', id });
  }

  closePanel(): void {
    this.#show(null);
  }

  /** Registers what was typed, and shows its token. Does nothing but to say so where something is wrong with it. */
  async register(form: RegistrationForm): Promise<void> {
    const wanted = form.finish();
    if (wanted === null) return;
    await this.#run("Couldn't register the client.", async () => {
      try {
        this.#issue(await this.#api.ask('clients.register', wanted), false);
        this.#draft = null;
      } catch (error) {
        // Said at the field, where it is put right.
        if (!(error instanceof CommandError) || error.code !== 'client_exists') throw error;
        form.refuseId();
      }
    });
  }

  /** A new token, which is shown; the old one is void at once. */
  async rotate(id: string): Promise<void> {
    await this.#run("Couldn't make a new token.", async () => {
      this.#issue(await this.#api.ask('clients.rotate', id), true);
    });
  }

  /** At once; the notice takes it back. */
  async remove({ id, name }: ClientSummary): Promise<void> {
    const shown = visibleText(name);
    await this.#run(`Couldn't remove ${shown}.`, async () => {
      await this.#api.ask('clients.remove', id);
      this.#panel = null;
      const undo = () => void this.#restore(id, shown);
      this.#notices.say(`Removed ${shown}. Its token is void, and its sessions have ended.`, undo);
    });
  }

  /** The token is somewhere else now, too: it need not be asked for again. */
  tokenCopied(): void {
    this.#tokenCopied = true;
  }

  close(): void {
    this.#unsubscribe();
  }

  async #restore(id: string, name: string): Promise<void> {
    await this.#run(`Couldn't bring ${name} back.`, async () => {
      await this.#api.ask('clients.restore', id);
      this.#notices.say(`${name} is back, with the token that it had.`);
    });
  }

  #issue(issued: IssuedToken, anew: boolean): void {
    this.#tokenCopied = false;
    this.#panel = { kind: 'token', issued, anew };
  }

  /** A token that was put away and copied nowhere can be had back for a moment, and never again. */
  #show(panel: ClientPanel | null): void {
    const before = this.#panel;
    this.#panel = panel;
    if (before?.kind !== 'token' || this.#tokenCopied) return;
    const name = visibleText(before.issued.client.name);
    this.#notices.say(`The token of ${name} was not copied, and won't be shown again.`, () => {
      this.#panel = before;
    });
  }

  async #run(failure: string, act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await this.#notices.attempt(failure, act);
    this.busy = false;
  }
}
