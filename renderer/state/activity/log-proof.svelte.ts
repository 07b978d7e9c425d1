// Whether the log is what was written: who signs it, and what verifying all of it has found.
import type { AuditProof, AuditVerification } from '../../../electron/shared/audit-proof.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import { verificationSentence } from '../../words/log-proof.ts';

export class LogProof {
  /** Null until read. */
  proof = $state.raw<AuditProof | null>(null);
  /** The last verification as it stands; null where there was none since the proxy was started. */
  verification = $state.raw<AuditVerification | null>(null);
  /** A new key is being put in the place of the old one. */
  replacing = $state(false);
  readonly running = $derived(this.verification?.state === 'running');

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('audit.verify.changed', (verification) => this.#take(verification));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read who signs the log.", async () => {
      const [proof, verification] = await Promise.all([
        this.#api.ask('audit.proof'),
        this.#api.ask('audit.verify.read'),
      ]);
      this.proof = proof;
      this.verification = verification;
    });
  }

  async verify(): Promise<void> {
    await this.#notices.attempt("Couldn't verify the log.", async () => {
      this.#take(await this.#api.ask('audit.verify'));
    });
  }

  /** A new key signs from here on, and the old one signs that. */
  async replaceKey(): Promise<void> {
    if (this.replacing) return;
    this.replacing = true;
    const done = await this.#notices.attempt(
      "Couldn't put a new key in the place of the old one.",
      async () => {
        this.proof = await this.#api.ask('audit.key.replace');
      },
    );
    this.replacing = false;
    if (done.ok) this.#notices.announce(`A new key signs the log: ${this.proof?.key?.id ?? ''}.`);
  }

  async cancel(): Promise<void> {
    const id = this.verification?.id;
    if (id === undefined) return;
    await this.#notices.attempt("Couldn't stop the verification.", () =>
      this.#api.ask('audit.verify.cancel', { id }),
    );
  }

  close(): void {
    this.#unsubscribe();
  }

  #take(verification: AuditVerification): void {
    const known = this.verification;
    // Events may come before the answer that says less.
    const older =
      known?.id === verification.id && known.state !== 'running' && verification.state === 'running';
    if (older) return;
    this.verification = verification;
    if (verification.state !== 'running') this.#notices.announce(verificationSentence(verification));
  }
}
