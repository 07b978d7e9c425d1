// What is typed to register a client, and what is wrong with it, field by field.
import { SvelteSet } from 'svelte/reactivity';
import type { ClientRegistration } from '../../electron/shared/domain.ts';

export const registrationFields = ['name', 'id', 'capabilities', 'tags'] as const;
export type RegistrationField = (typeof registrationFields)[number];

const longestName = 64;
const longestWord = 100;
const mostWords = 100;
const idPattern = /^[\w.-]{1,64}$/u;

/** The words of a list that is written with commas, each once. */
export function wordsIn(list: string): string[] {
  const words = list.split(/[,\n]/u).map((word) => word.trim());
  return words.filter((word, place) => word !== '' && words.indexOf(word) === place);
}

export class RegistrationForm {
  name = $state('');
  id = $state('');
  /** What callers without a token have, too, unless the configuration says otherwise. */
  capabilities = $state('read:*, write:*');
  tags = $state('');
  /** Fields are not complained of before somebody was through with them. */
  readonly #left = new SvelteSet<RegistrationField>();
  /** Ids that the gateway refused. */
  #refusedIds = $state.raw<readonly string[]>([]);

  readonly #taken: () => readonly string[];

  /** @param taken the ids of the clients that there are. */
  constructor(taken: () => readonly string[]) {
    this.#taken = taken;
  }

  /** What is wrong with a field, and how it is put right; null where nothing is, or nobody has been through with it. */
  faultOf(field: RegistrationField): string | null {
    return this.#left.has(field) ? this.#fault(field) : null;
  }

  leave(field: RegistrationField): void {
    this.#left.add(field);
  }

  /** What to ask for; null where something is wrong, which is shown then. */
  finish(): ClientRegistration | null {
    for (const field of registrationFields) this.leave(field);
    if (this.firstWrong !== null) return null;
    const id = this.id.trim();
    return {
      name: this.name.trim(),
      ...(id === '' ? {} : { id }),
      capabilities: wordsIn(this.capabilities),
      tags: wordsIn(this.tags),
    };
  }

  /** Of those that are shown to be wrong. */
  get firstWrong(): RegistrationField | null {
    return registrationFields.find((field) => this.faultOf(field) !== null) ?? null;
  }

  refuseId(): void {
    this.#refusedIds = [...this.#refusedIds, this.id.trim()];
  }

  #fault(field: RegistrationField): string | null {
    switch (field) {
      case 'name':
        return nameFault(this.name.trim());
      case 'id':
        return idFault(this.id.trim(), [...this.#taken(), ...this.#refusedIds]);
      case 'capabilities':
      case 'tags':
        return wordsFault(wordsIn(this[field]));
    }
  }
}

function nameFault(name: string): string | null {
  if (name === '') return 'Give it a name, so that you know it again.';
  return name.length > longestName ? `A name has at most ${longestName} characters.` : null;
}

function idFault(id: string, taken: readonly string[]): string | null {
  if (id === '') return null;
  if (!idPattern.test(id)) return 'An id has at most 64 letters, digits, dots, hyphens and underscores.';
  return taken.includes(id) ? `There is a client with the id “${id}” already.` : null;
}

function wordsFault(words: readonly string[]): string | null {
  if (words.length > mostWords) return `There can be ${mostWords} of them.`;
  const long = words.find((word) => word.length > longestWord);
  return long === undefined ? null : `“${long.slice(0, 20)}…” is longer than ${longestWord} characters.`;
}
