// The sessions that are open: their order, and the end of one.
import type { Api } from '../api/window-api.ts';
import type { SessionSummary } from '../../electron/shared/domain.ts';
import { clientName } from '../words/clients.ts';
import type { Notices } from './notices.svelte.ts';

export class SessionsState {
  /** Of the session that is being ended. */
  ending = $state<string | null>(null);
  #held = $state.raw<readonly string[] | null>(null);

  readonly #api: Api;
  readonly #notices: Notices;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Last seen first. While the order is held, each stays where it is, and new ones come last. */
  inOrder(sessions: readonly SessionSummary[]): SessionSummary[] {
    const recent = sessions.toSorted((a, b) => b.lastSeenAt - a.lastSeenAt);
    const held = this.#held;
    if (held === null) return recent;
    const place = ({ id }: SessionSummary) => (held.includes(id) ? held.indexOf(id) : held.length);
    return recent.toSorted((a, b) => place(a) - place(b));
  }

  /** Holds the order as it is shown, so that nothing moves away from under the pointer. */
  hold(shown: readonly SessionSummary[]): void {
    this.#held ??= shown.map(({ id }) => id);
  }

  release(): void {
    this.#held = null;
  }

  async end({ id, client, transport }: SessionSummary): Promise<void> {
    if (this.ending !== null) return;
    this.ending = id;
    await this.#notices.attempt("Couldn't end the session.", async () => {
      const ended = await this.#api.ask('sessions.end', id);
      this.#notices.say(
        ended
          ? `Ended the session of ${clientName(client)}. ${afterwards[transport]}`
          : 'That session had ended already.',
      );
    });
    this.ending = null;
  }
}

const afterwards: Readonly<Record<SessionSummary['transport'], string>> = {
  sse: 'Its stream was closed; it may connect again.',
  'streamable-http': 'It is told that there is no such session (404), and may begin another.',
  stateless: 'What it had under way was stopped; its next request is let in like any other.',
};
