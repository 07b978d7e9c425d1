// What is typed to add a server, what is wrong with it, and what it comes to.
import { reservedServerNames, serverName } from '../../../electron/shared/server-paths.ts';
import type { ServerCandidate } from '../../../electron/shared/servers.ts';
import { parseCommandLine } from '../../command-line.ts';

export type NewServerField = 'name' | 'reach';

export class NewServer {
  name = $state('');
  /** A command line or a URL. */
  reach = $state('');
  /** The test that runs of exactly this. */
  testing: number | null = null;
  /** It was tested and does not work; it can be added all the same. */
  failed = $state(false);
  /** Fields are not complained of before somebody was through with them. */
  #left = $state.raw<readonly NewServerField[]>([]);
  readonly isUrl = $derived(/^https?:\/\//iu.test(this.reach.trim()));
  readonly parsed = $derived.by(() => parseCommandLine(this.reach.trim(), this.#isWindows));

  readonly #taken: () => readonly string[];
  readonly #isWindows: boolean;

  /** @param taken the names of the servers that there are. */
  constructor(taken: () => readonly string[], isWindows: boolean) {
    this.#taken = taken;
    this.#isWindows = isWindows;
  }

  faultOf(field: NewServerField): string | null {
    if (!this.#left.includes(field)) return null;
    return field === 'name' ? this.#nameFault : this.#reachFault;
  }

  leave(field: NewServerField): void {
    if (!this.#left.includes(field)) this.#left = [...this.#left, field];
  }

  /** Something else was typed: what comes of a test of what was there before does not count. */
  change(field: NewServerField, text: string): void {
    this[field] = text;
    this.failed = false;
    this.testing = null;
  }

  /** Null where something is wrong, which is shown then. */
  finish(): ServerCandidate | null {
    this.#left = ['name', 'reach'];
    if (this.firstWrong !== null) return null;
    const name = this.name.trim();
    if (this.isUrl) return { name, reach: { url: this.reach.trim() } };
    const { parsed } = this;
    return parsed.ok ? { name, reach: { command: parsed.command, args: [...parsed.args] } } : null;
  }

  get firstWrong(): NewServerField | null {
    if (this.faultOf('name') !== null) return 'name';
    return this.faultOf('reach') === null ? null : 'reach';
  }

  get #nameFault(): string | null {
    const name = this.name.trim();
    if (name === '') return 'Give it a name: policies and addresses have it.';
    if (!serverName.test(name)) return 'A name has at most 64 letters, digits, dots, dashes and underscores.';
    if (reservedServerNames.includes(name)) return `“${name}” means something else already.`;
    return this.#taken().includes(name) ? `There is a server with the name “${name}” already.` : null;
  }

  get #reachFault(): string | null {
    if (this.isUrl) return URL.canParse(this.reach.trim()) ? null : 'This is not a whole URL.';
    return this.parsed.ok ? null : this.parsed.fault;
  }
}
