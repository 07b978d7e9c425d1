// Taking calls out of the log into a file: in which format, with its proof or not, and how far it is.
import type { AuditExport, ExportFormat } from '../../../electron/shared/audit-export.ts';
import type { Api } from '../../api/window-api.ts';
import { exportSentence } from '../../words/log-export.ts';
import type { Notices } from '../notices.svelte.ts';
import { asked } from './asking.ts';
import type { Filter } from './question.ts';

export class LogExport {
  format = $state<ExportFormat>('jsonl');
  /** Asked for; only one format can carry it. */
  wantsProof = $state(false);
  /** The calls that the search means, and not all. */
  ofSearch = $state(true);
  /** The last export as it stands; null where there was none since the proxy was started. */
  last = $state.raw<AuditExport | null>(null);
  /** So many calls would be exported; null until they are counted. */
  calls = $state<number | null>(null);
  /** The dialog is open. */
  choosing = $state(false);
  readonly running = $derived(this.last?.state === 'running');
  readonly proof = $derived(this.wantsProof && this.format === 'jsonl');

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #filter: () => Filter;
  readonly #unsubscribe: () => void;

  /** @param filter what the list shows */
  constructor(api: Api, notices: Notices, filter: () => Filter) {
    this.#api = api;
    this.#notices = notices;
    this.#filter = filter;
    this.#unsubscribe = api.on('audit.export.changed', (change) => this.#take(change));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read what was exported.", async () => {
      this.last = await this.#api.ask('audit.export.read');
    });
  }

  /** Counts what would be exported now. A newer question takes the place of an older one. */
  async count(): Promise<void> {
    const filter = this.#wanted();
    const read = await asked(this.#notices, "Couldn't count the calls.", () =>
      this.#api.ask('calls.count', { filter, lane: 'export' }),
    );
    if (read.ok) this.calls = read.value.total;
    else if (read.superseded !== true) this.calls = null;
  }

  /** Main asks where to; nothing is exported where that is cancelled. */
  async start(): Promise<void> {
    if (this.choosing || this.running) return;
    this.choosing = true;
    const filter = this.#wanted();
    const { format, proof } = this;
    await this.#notices.attempt("Couldn't export the calls.", async () => {
      const begun = await this.#api.ask('audit.export', { filter, format, proof });
      if (begun !== null) this.#take(begun);
    });
    this.choosing = false;
  }

  async cancel(): Promise<void> {
    const id = this.last?.id;
    if (id === undefined) return;
    await this.#notices.attempt("Couldn't stop the export.", () =>
      this.#api.ask('audit.export.cancel', { id }),
    );
  }

  async showFile(): Promise<void> {
    await this.#notices.attempt("Couldn't show the file.", () => this.#api.ask('audit.export.show'));
  }

  close(): void {
    this.#unsubscribe();
  }

  #wanted(): Filter {
    return this.ofSearch ? this.#filter() : {};
  }

  #take(change: AuditExport): void {
    const known = this.last;
    // Events may come before the answer that says less.
    if (known !== null && known.id > change.id) return;
    if (known?.id === change.id && known.state !== 'running' && change.state === 'running') return;
    this.last = change;
    if (change.state !== 'running') this.#notices.announce(exportSentence(change));
  }
}
