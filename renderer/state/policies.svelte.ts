// Policies in the window: what is in force, the files while they are edited, and the way from one to the other.
import type { Api } from '../api/window-api.ts';
import type { PolicyOverview } from '../../electron/shared/domain.ts';
import type { PolicyDiagnostic, PolicySaved, PolicyUpdate } from '../../electron/shared/policy-editing.ts';
import type { Notices } from './notices.svelte.ts';
import { PolicyBundle } from './policies/policy-bundle.svelte.ts';
import { PolicyChecking } from './policies/policy-check.svelte.ts';
import { languageOf } from './policies/policy-entries.ts';
import { PolicyFiles } from './policies/policy-files.svelte.ts';
import { InRego } from './policies/policy-in-rego.svelte.ts';
import { PolicyLearning } from './policies/policy-learning.svelte.ts';
import { PolicyPast } from './policies/policy-past.svelte.ts';
import { PolicyReplaying } from './policies/policy-replaying.svelte.ts';
import { PolicyTesting } from './policies/policy-testing.svelte.ts';
import { PolicyTrial } from './policies/policy-trial.svelte.ts';
import { serverDraft, serverDraftName } from './policies/server-draft.ts';
import { ToolAccess } from './policies/tool-access.svelte.ts';

/** A place in a file that the editor shall show; a new object each time, so that the same place can be asked for again. */
export interface Place {
  readonly name: string;
  readonly line: number;
  readonly column: number | null;
}

/** What lies below the editor. */
export type DockTab = 'problems' | 'tests' | 'try' | 'replay' | 'history' | 'updates';

export class PoliciesState {
  /** What is in force; null until read. */
  overview = $state.raw<PolicyOverview | null>(null);
  updates = $state.raw<readonly PolicyUpdate[]>([]);
  /** Why, for the history. */
  note = $state('');
  saving = $state(false);
  formatting = $state(false);
  /** The last save was refused, and the files have not been edited since. */
  refused = $state(false);
  /** The editor with its files, the lists of tools, or rules out of recorded calls. */
  page = $state<'files' | 'tools' | 'learn'>('files');
  place = $state.raw<Place | null>(null);
  /** null while it is folded. */
  dock = $state<DockTab | null>('problems');
  readonly bundle: PolicyBundle;
  readonly files: PolicyFiles;
  readonly checking: PolicyChecking;
  readonly testing: PolicyTesting;
  readonly trial: PolicyTrial;
  readonly replaying: PolicyReplaying;
  readonly past: PolicyPast;
  readonly access: ToolAccess;
  readonly learning: PolicyLearning;
  readonly inRego: InRego;
  /** Cursor and undo history of each file that was open. */
  readonly memories: Record<string, unknown> = {};

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;
  #active = false;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.bundle = new PolicyBundle(api, notices);
    this.files = new PolicyFiles(api, notices);
    this.checking = new PolicyChecking(api, notices);
    this.testing = new PolicyTesting(api, notices);
    this.access = new ToolAccess(api, notices, this.files, () => this.changed());
    this.learning = new PolicyLearning(api, notices, this.files, () => this.changed());
    this.inRego = new InRego(api, notices);
    this.trial = new PolicyTrial(api, notices, () => this.files.changes);
    this.replaying = new PolicyReplaying(api, notices, () => this.files.changes);
    this.past = new PolicyPast(api, notices, (saved) => void this.#afterRollback(saved));
    this.#unsubscribe = api.on('policy.changed', () => {
      if (this.#active) void this.load();
    });
  }

  /** The view is in front. */
  start(): void {
    this.#active = true;
    void this.load();
  }

  stop(): void {
    this.#active = false;
    this.files.flush();
  }

  async load(): Promise<void> {
    await this.files.load();
    // Where these can't be read, nothing else can: once is enough to say so.
    if (this.files.failed) return;
    this.checking.ask(this.files.changes);
    await Promise.all([this.#loadOverview(), this.#loadUpdates(), this.past.load()]);
  }

  /** Shows a file in the editor, in place of a version that was looked at. */
  choose(name: string): void {
    this.place = null;
    this.past.hide();
    this.files.choose(name);
  }

  edit(name: string, text: string): void {
    this.files.edit(name, text);
    this.changed();
  }

  /** The files have changed: what was found out about them before may not hold any more. */
  changed(): void {
    this.refused = false;
    this.testing.stale = true;
    this.trial.stale = true;
    this.replaying.stale = true;
    this.checking.ask(this.files.changes);
  }

  goTo({ file, line, column }: Pick<PolicyDiagnostic, 'file' | 'line' | 'column'>): void {
    if (file === null) return;
    this.page = 'files';
    this.choose(file);
    this.place = { name: file, line: line ?? 1, column };
  }

  /** Checks, writes and puts in force all that was edited; where that can't be, says why and keeps the edits. */
  async save(): Promise<void> {
    const drafts = this.files.changes;
    if (this.saving || drafts.length === 0) return;
    this.saving = true;
    const before = this.overview?.version ?? null;
    const done = await this.#notices.attempt("Couldn't save. Your edits are kept.", () =>
      this.#api.ask('policy.save', { files: [...drafts], note: this.note }),
    );
    if (done.ok && done.value.outcome === 'saved') {
      await this.files.saved(drafts);
      this.learning.forget();
      this.note = '';
      const undo = before === null ? null : () => void this.past.rollback(before);
      this.#notices.say('Saved. It is in force from the next call on.', undo);
    }
    if (done.ok) await this.#take(done.value);
    this.saving = false;
  }

  /** Formats the file in the editor as `opa fmt` does. */
  async format(): Promise<void> {
    const { current } = this.files;
    if (this.formatting || current?.text == null || languageOf(current.name) !== 'rego') return;
    const { name, text } = current;
    this.formatting = true;
    const done = await this.#notices.attempt(`Couldn't format ${name}.`, () =>
      this.#api.ask('policy.format', { text }),
    );
    this.formatting = false;
    if (!done.ok) return;
    if (!done.value.ok) {
      const first = done.value.diagnostics[0];
      if (first !== undefined) this.goTo({ ...first, file: name });
      this.#notices.say(`${name} can't be formatted: ${first?.message ?? 'it is no valid Rego'}.`);
    } else if (this.files.current?.name === name && this.files.current.text === text) {
      this.edit(name, done.value.text);
      this.#notices.announce(
        done.value.text === text ? `${name} was formatted already.` : `Formatted ${name}.`,
      );
    }
  }

  runTests(): void {
    this.#showDock();
    this.dock = 'tests';
    void this.testing.start(this.files.changes);
  }

  showHistory(): void {
    this.#showDock();
    this.dock = 'history';
  }

  /** Tries what the policy saw of a recorded call. */
  async tryCall(callId: number): Promise<void> {
    this.page = 'files';
    this.dock = 'try';
    // Edits that were kept from before count as well.
    if (this.files.folder === null) await this.files.load();
    await this.trial.take(callId);
  }

  /** Takes the shipped file as an edit, to be checked and saved as any other. */
  takeUpdate({ name, shipped }: PolicyUpdate): void {
    if (this.files.entries.some((entry) => entry.name === name && entry.text !== null))
      this.files.edit(name, shipped);
    else this.files.create(name, shipped);
    this.choose(name);
    this.changed();
  }

  /** Keeps the own file; this shipped one is not offered again. */
  async keepOwn({ name, shippedHash }: PolicyUpdate): Promise<void> {
    await this.#notices.attempt(`Couldn't settle ${name}.`, () =>
      this.#api.ask('policy.keep', { name, shippedHash }),
    );
    await this.#loadUpdates();
  }

  /** Proposes a rule of one recorded call, to be looked through as those of a period. */
  async ruleFromCall(callId: number): Promise<boolean> {
    if (this.files.folder === null) await this.files.load();
    const begun = await this.learning.fromCall(callId);
    if (begun) this.page = 'learn';
    return begun;
  }

  /** A new file with a rule for the calls of one server, or the one that was made before. */
  async draftFor(server: string): Promise<void> {
    if (this.files.folder === null) await this.files.load();
    const name = serverDraftName(server);
    if (this.files.entries.some((entry) => entry.name === name)) this.files.choose(name);
    else this.files.create(name, serverDraft(server));
    this.page = 'files';
    this.changed();
  }

  close(): void {
    this.#unsubscribe();
    this.learning.close();
    this.inRego.close();
    this.bundle.close();
    this.checking.close();
    this.replaying.close();
    this.files.close();
  }

  async #take(saved: PolicySaved): Promise<void> {
    if (saved.outcome === 'conflict') {
      await this.files.load();
      const [first] = saved.files;
      this.page = 'files';
      if (first !== undefined) this.files.choose(first.name);
      return;
    }
    this.checking.take(saved.check);
    this.refused = saved.outcome === 'refused';
    if (this.refused) {
      this.#showDock();
      this.dock = 'problems';
    }
    await Promise.all([this.#loadOverview(), this.past.load()]);
  }

  /** The lists of tools have nothing below them. */
  #showDock(): void {
    if (this.page === 'tools') this.page = 'files';
  }

  async #afterRollback(saved: PolicySaved): Promise<void> {
    await this.files.load();
    await this.#take(saved);
    if (saved.outcome === 'saved') this.checking.ask(this.files.changes);
  }

  async #loadOverview(): Promise<void> {
    await this.#notices.attempt("Couldn't read the policy.", async () => {
      this.overview = await this.#api.ask('policy.read');
      this.bundle.status = this.overview.bundle;
    });
  }

  async #loadUpdates(): Promise<void> {
    await this.#notices.attempt("Couldn't read what the app ships.", async () => {
      this.updates = await this.#api.ask('policy.updates');
    });
  }
}
