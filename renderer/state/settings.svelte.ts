// The settings as the window shows and changes them: each change at once, with a way back, or with what is wrong with it.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { PreferenceChange, PreferencesState } from '../../electron/shared/app-preferences.ts';
import type { ConfigOverview, SettingChange, SettingOutcome } from '../../electron/shared/config-settings.ts';
import type { Api } from '../api/window-api.ts';
import { lockWords, mistakeWords } from '../words/setting-origins.ts';
import { settingWords, type SettingGroup } from '../words/settings.ts';
import type { Notices } from './notices.svelte.ts';
import { found, rowsOf, type SettingRow } from './settings/setting-rows.ts';
import { valueWords } from './settings/setting-values.ts';

export class SettingsState {
  /** null until read. */
  overview = $state.raw<ConfigOverview | null>(null);
  preferences = $state.raw<PreferencesState | null>(null);
  group = $state<SettingGroup>('general');
  query = $state('');
  changedOnly = $state(false);
  /** Somebody was led here to this setting; the view brings it into sight and clears this. */
  wanted = $state<string | null>(null);
  /** By key: what is wrong with what was asked for last. */
  readonly faults = new SvelteMap<string, string>();
  /** Keys of what is being set. */
  readonly busy = new SvelteSet<string>();
  readonly rows = $derived(this.overview === null ? [] : rowsOf(this.overview));
  readonly searching = $derived(this.query.trim() !== '' || this.changedOnly);
  readonly shown = $derived(
    found(this.rows, {
      group: this.searching ? null : this.group,
      query: this.query,
      changedOnly: this.changedOnly,
    }),
  );
  /** Keys of what holds from the next start on. */
  readonly waiting = $derived(this.overview?.waiting ?? []);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #onPreferences: () => void;
  readonly #unsubscribe: () => void;

  /** @param onPreferences called when preferences have changed that others show, too. */
  constructor(api: Api, notices: Notices, onPreferences: () => void) {
    this.#api = api;
    this.#notices = notices;
    this.#onPreferences = onPreferences;
    this.#unsubscribe = api.on('config.changed', () => {
      if (this.overview !== null) void this.load();
    });
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read the settings.", async () => {
      this.overview = await this.#api.ask('config.read');
    });
  }

  async loadPreferences(): Promise<void> {
    await this.#notices.attempt("Couldn't read the preferences.", async () => {
      this.preferences = await this.#api.ask('preferences.read');
    });
  }

  /** Shows a setting, wherever the list is. */
  lead(key: string): void {
    this.query = '';
    this.changedOnly = false;
    this.group = settingWords.get(key)?.group ?? 'advanced';
    this.wanted = key;
  }

  choose(group: SettingGroup): void {
    this.query = '';
    this.changedOnly = false;
    this.group = group;
  }

  /** False where it was not set, which is said beside it. */
  set(row: SettingRow, value: NonNullable<SettingChange['value']>): Promise<boolean> {
    return this.#change(row, { path: row.setting.path, value }, () => {
      // Only once it is set is it known whether it may be a secret.
      const now = this.rows.find(({ key }) => key === row.key) ?? row;
      return `${row.words.label}: ${valueWords(now, value)}.`;
    });
  }

  /** Forgets what the window says of it. */
  reset(row: SettingRow): Promise<boolean> {
    return this.#change(row, { path: row.setting.path }, () => {
      return row.locked
        ? `${row.words.label}: what was set here is forgotten.`
        : `${row.words.label} is as it was from the start.`;
    });
  }

  /** What was typed is not what is looked at any more. */
  forgive(key: string): void {
    this.faults.delete(key);
  }

  async showFile(from: 'window' | 'file' | 'managed', how: 'open' | 'folder'): Promise<void> {
    const shown = await this.#notices.attempt("Couldn't show the file.", () =>
      this.#api.ask('config.show', { from, how }),
    );
    if (shown.ok && !shown.value) this.#notices.say('No program of this system opens it.');
  }

  /** Null where none was chosen. */
  async choosePath(kind: 'file' | 'folder'): Promise<string | null> {
    const chosen = await this.#notices.attempt("Couldn't ask for a path.", () =>
      this.#api.ask('config.choose', kind),
    );
    return chosen.ok ? chosen.value : null;
  }

  async prefer(change: PreferenceChange, said: string): Promise<void> {
    const { preferences: before } = this;
    await this.#notices.attempt("Couldn't change that.", async () => {
      this.preferences = await this.#api.ask('preferences.set', change);
      this.#onPreferences();
      if (before === null) return;
      const { startAtLogin, ...others } = before;
      const back: PreferenceChange =
        change.startAtLogin === undefined ? others : { startAtLogin: startAtLogin.enabled ?? false };
      this.#notices.say(said, () => void this.prefer(back, 'As it was before.'));
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  async #change(row: SettingRow, change: SettingChange, said: () => string): Promise<boolean> {
    const { key } = row;
    if (this.busy.has(key)) return false;
    this.busy.add(key);
    const failure = `Couldn't change “${row.words.label}”.`;
    const done = await this.#notices.attempt(failure, () => this.#api.ask('config.set', change));
    const isSet = done.ok && (await this.#take(row, done.value, said));
    this.busy.delete(key);
    return isSet;
  }

  async #take(row: SettingRow, outcome: SettingOutcome, said: () => string): Promise<boolean> {
    if (outcome.outcome === 'refused') {
      this.faults.set(row.key, mistakeWords(row.key, outcome.mistakes));
      return false;
    }
    await this.load();
    if (outcome.outcome === 'locked') {
      this.faults.set(row.key, `Not changed: ${lockWords(outcome.from, outcome.where)}`);
      return false;
    }
    this.faults.delete(row.key);
    const later = this.waiting.includes(row.key) ? ' It takes effect after a restart of the proxy.' : '';
    this.#notices.say(`${said()}${later}`, () => void this.#undo(row, outcome.undo));
    return true;
  }

  async #undo(row: SettingRow, undo: number): Promise<void> {
    const failure = `Couldn't bring “${row.words.label}” back.`;
    const done = await this.#notices.attempt(failure, () => this.#api.ask('config.undo', { undo }));
    if (!done.ok) return;
    await this.load();
    const { value: outcome } = done;
    if (outcome === null) this.#notices.say('That was too long ago to be taken back.');
    else if (outcome.outcome === 'refused') {
      this.faults.set(row.key, mistakeWords(row.key, outcome.mistakes));
      this.#notices.say(`${row.words.label} was not taken back: it does not fit any more.`);
    } else if (outcome.outcome === 'locked') {
      this.#notices.say(`Not taken back: ${lockWords(outcome.from, outcome.where)}`);
    } else {
      this.faults.delete(row.key);
      this.#notices.say(`${row.words.label} is as it was before.`);
    }
  }
}
