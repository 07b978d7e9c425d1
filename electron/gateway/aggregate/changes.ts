// Tells a client that lists have changed: once for many changes, and not before it is ready to hear of any.
import { ownNotification } from './own-messages.ts';

/** Changes of several servers, or of several lists of one, come together: at its start, at a change of policy. */
const GATHER_MS = 50;

const lists = ['tools', 'prompts', 'resources'] as const;
const methodOf = (list: string): string => `notifications/${list}/list_changed`;

/** The list that a notification says has changed; null where it says something else. */
export function changedList(method: string): string | null {
  return lists.find((list) => methodOf(list) === method) ?? null;
}

export class Changes {
  readonly #deliver: (json: Buffer) => void;
  readonly #untold = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #ready = false;

  constructor(deliver: (json: Buffer) => void) {
    this.#deliver = deliver;
  }

  /** The client listens from now on. */
  ready(): void {
    this.#ready = true;
    if (this.#untold.size > 0) this.#soon();
  }

  of(list: string): void {
    this.#untold.add(list);
    if (this.#ready) this.#soon();
  }

  ofAll(): void {
    for (const list of lists) this.of(list);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#untold.clear();
    this.#ready = false;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      for (const list of this.#untold) this.#deliver(ownNotification(methodOf(list)).bytes);
      this.#untold.clear();
    }, GATHER_MS);
  }
}
