// Tools and clients with what becomes of their calls, for people who write no Rego: it reads and writes policy data.
import type { Api } from '../../api/window-api.ts';
import type { ClientSummary } from '../../../electron/shared/domain.ts';
import type { PolicyAnswer } from '../../../electron/shared/policy-trial.ts';
import type { Notices } from '../notices.svelte.ts';
import type { PolicyFiles } from './policy-files.svelte.ts';
import { parseData, toolRules, withAnswer, withCapability } from './tool-lists.ts';
import { readingRules, unreadKeys, writtenData } from './tool-rules.ts';

/** So many tools that were called are shown at most, those with most calls. */
const mostSeen = 500;

export class ToolAccess {
  clients = $state.raw<readonly ClientSummary[]>([]);
  #seen = $state.raw<readonly string[]>([]);
  readonly #dataName = $derived.by(() => this.#files.folder?.dataName ?? '');
  readonly #text = $derived.by(
    () => this.#files.entries.find(({ name }) => name === this.#dataName)?.text ?? '{}',
  );
  /** null where the data is no JSON, which the editor can mend. */
  readonly data = $derived(parseData(this.#text));
  readonly rules = $derived(this.data === null ? [] : toolRules(this.data, this.#seen));
  readonly #policies = $derived.by(() =>
    this.#files.entries
      .filter(({ kind }) => kind === 'policy')
      .map(({ name, text }) => ({ name, text: text ?? '' })),
  );
  readonly unread = $derived(unreadKeys(this.#policies));
  /** The rules that make of the data what they do. */
  readonly behind = $derived(readingRules(this.#policies));
  /** What of the data they read. */
  readonly written = $derived(this.data === null ? '' : writtenData(this.data));

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #files: PolicyFiles;
  readonly #onEdit: () => void;

  /** @param onEdit called after each edit of the data. */
  constructor(api: Api, notices: Notices, files: PolicyFiles, onEdit: () => void) {
    this.#api = api;
    this.#notices = notices;
    this.#files = files;
    this.#onEdit = onEdit;
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read which tools and clients there are.", async () => {
      const [clients, called] = await Promise.all([
        this.#api.ask('clients.list'),
        this.#api.ask('calls.values', { of: 'tool', filter: { methods: ['tools/call'] }, limit: mostSeen }),
      ]);
      this.clients = clients;
      this.#seen = called.values.map(({ value }) => value).filter((tool) => tool !== '');
    });
  }

  setAnswer(tool: string, answer: PolicyAnswer): void {
    if (this.data !== null) this.#write(withAnswer(this.data, tool, answer));
  }

  setCapability(tool: string, capability: string): void {
    if (this.data !== null) this.#write(withCapability(this.data, tool, capability.trim()));
  }

  /** Shows the data behind this page in the editor. */
  showData(): void {
    this.#files.choose(this.#dataName);
  }

  #write(data: Record<string, unknown>): void {
    const text = `${JSON.stringify(data, null, 2)}\n`;
    this.#files.lay(this.#dataName, text);
    this.#onEdit();
  }
}
