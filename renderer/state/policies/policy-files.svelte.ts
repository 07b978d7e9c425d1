// Files of the policy folder while they are edited: every edit is a draft until it is saved, and none is ever lost.
import type { Api } from '../../api/window-api.ts';
import type { PolicyFolder } from '../../../electron/shared/policy-editing.ts';
import { type Draft, entriesOf, type PolicyEntry, withoutSettled } from './policy-entries.ts';
import type { Notices } from '../notices.svelte.ts';

/** How long typing must rest before drafts are written to disk, milliseconds. */
const restMs = 300;
const newRego = 'package mcp.policy\n\n';

/** A JSON policy that denies one tool; `name` tells its rules from those of others. */
function newJson(file: string): string {
  const name = file.replace(/^json\/|\.json$/g, '').replace(/[^\w-]|^[^A-Za-z]+/g, '') || 'rules';
  const conditions = { match_type: 'tool', values: ['tool_to_deny'] };
  const rules = [{ id: 'first-rule', type: 'blocklist', conditions, action: 'deny' }];
  return `${JSON.stringify({ version: '1.0', name, defaults: { action: 'allow' }, rules }, null, 2)}\n`;
}

export class PolicyFiles {
  /** null until read. */
  folder = $state.raw<PolicyFolder | null>(null);
  failed = $state(false);
  /** What a check or a save is to lay over the disk: one for each file that was edited. */
  changes = $state.raw<readonly Draft[]>([]);
  #chosen = $state<string | null>(null);
  readonly entries = $derived(this.folder === null ? [] : entriesOf(this.folder, this.changes));
  /** The file in the editor: the one that was chosen, or the first. */
  readonly current = $derived(
    this.entries.find(({ name }) => name === this.#chosen) ?? this.entries[0] ?? null,
  );
  readonly unsaved = $derived(this.entries.filter(({ state }) => state !== 'saved'));

  readonly #api: Api;
  readonly #notices: Notices;
  #draftsRead = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  async load(): Promise<void> {
    const read = await this.#notices.attempt("Couldn't read the policy files.", async () => {
      // Drafts are read once: from then on they are here.
      const [folder, kept] = await Promise.all([
        this.#api.ask('policy.files'),
        this.#draftsRead ? null : this.#api.ask('drafts.read'),
      ]);
      return { folder, kept };
    });
    this.failed = !read.ok;
    if (!read.ok) return;
    const { folder, kept } = read.value;
    if (kept !== null && !this.#draftsRead) {
      const edited = this.changes.map(({ name }) => name);
      this.changes = [...kept.filter(({ name }) => !edited.includes(name)), ...this.changes];
      this.#draftsRead = true;
    }
    this.folder = folder;
    this.#set(withoutSettled(folder, this.changes));
  }

  choose(name: string): void {
    this.#chosen = name;
  }

  edit(name: string, text: string): void {
    const entry = this.#entry(name);
    if (entry === null) return;
    if (entry.disk?.text === text && !entry.conflict) this.#put(name, null);
    else this.#put(name, { name, text, base: this.#baseOf(entry) });
  }

  /** Gives a file this text, whether there is one of that name or not; null: that of the disk. The editor stays where it is. */
  lay(name: string, text: string | null): void {
    if (text === null) this.#put(name, null);
    else if (this.#entry(name)?.text != null) this.edit(name, text);
    else this.#put(name, { name, text, base: this.#entry(name)?.disk?.hash ?? null });
  }

  create(name: string, text = name.endsWith('.json') ? newJson(name) : newRego): void {
    // A file that was taken away and not saved may come back under its name.
    this.#put(name, { name, text, base: this.#entry(name)?.disk?.hash ?? null });
    this.#chosen = name;
  }

  rename(name: string, to: string): void {
    const { text } = this.#entry(name) ?? { text: null };
    if (text === null) return;
    const before = this.changes;
    this.create(to, text);
    this.#takeAway(name);
    this.#notices.say(`Renamed ${name} to ${to}.`, () => {
      this.#restore(before, [name, to]);
      this.#chosen = name;
    });
  }

  remove(name: string): void {
    const before = this.changes;
    this.#takeAway(name);
    this.#notices.say(`Removed ${name}; the disk follows when you save.`, () =>
      this.#restore(before, [name]),
    );
  }

  /** Back to what is on disk; takes back a removal as well. */
  discard(name: string): void {
    const before = this.changes;
    this.#put(name, null);
    this.#notices.say(`${name} is as it is on disk.`, () => this.#restore(before, [name]));
  }

  /** The same for several, as one step. */
  discardAll(names: readonly string[], undone: () => void): void {
    const before = this.changes;
    for (const name of names) this.#put(name, null);
    this.#notices.say('Discarded. Nothing of it was saved.', () => {
      this.#restore(before, names);
      undone();
    });
  }

  /** Answers a conflict with the own text: saved next, it takes the place of what the other program wrote. */
  keepMine(name: string): void {
    const entry = this.#entry(name);
    if (entry !== null) this.#put(name, { name, text: entry.text, base: entry.disk?.hash ?? null });
  }

  /** These drafts are on disk now, unless they were edited meanwhile: then what was saved is what they are based on. */
  async saved(drafts: readonly Draft[]): Promise<void> {
    const read = await this.#notices.attempt("Couldn't read the policy files.", () =>
      this.#api.ask('policy.files'),
    );
    if (!read.ok) return;
    const hashOf = (name: string) => read.value.files.find((file) => file.name === name)?.hash ?? null;
    const wasSaved = (name: string) => drafts.some((draft) => draft.name === name);
    const rebased = this.changes.map((draft) =>
      wasSaved(draft.name) ? { ...draft, base: hashOf(draft.name) } : draft,
    );
    this.folder = read.value;
    this.#set(withoutSettled(read.value, rebased));
  }

  /** Writes drafts to disk now, for a window that is about to go. */
  flush(): void {
    if (this.#restTimer === undefined) return;
    clearTimeout(this.#restTimer);
    this.#restTimer = undefined;
    void this.#notices.attempt("Couldn't keep your unsaved edits.", () =>
      this.#api.ask('drafts.write', [...this.changes]),
    );
  }

  close(): void {
    this.flush();
  }

  #entry(name: string): PolicyEntry | null {
    return this.entries.find((entry) => entry.name === name) ?? null;
  }

  /** What an edit that goes on was begun from. */
  #baseOf({ name, disk }: PolicyEntry): string | null {
    const draft = this.#draft(name);
    return draft === undefined ? (disk?.hash ?? null) : draft.base;
  }

  #takeAway(name: string): void {
    const entry = this.#entry(name);
    if (entry === null) return;
    this.#put(name, entry.disk === null ? null : { name, text: null, base: this.#baseOf(entry) });
  }

  #draft(name: string): Draft | undefined {
    return this.changes.find((draft) => draft.name === name);
  }

  #restore(before: readonly Draft[], names: readonly string[]): void {
    for (const name of names) this.#put(name, before.find((draft) => draft.name === name) ?? null);
  }

  #put(name: string, draft: Draft | null): void {
    const others = this.changes.filter((other) => other.name !== name);
    this.#set(draft === null ? others : [...others, draft]);
  }

  #set(drafts: readonly Draft[]): void {
    this.changes = drafts;
    if (!this.#draftsRead) return;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.flush(), restMs);
  }
}
