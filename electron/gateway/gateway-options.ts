// The gateway as its host sees it: what it is given, and what it gives.
import type { AuditExport, ExportTask } from '../shared/audit-export.ts';
import type { AuditKey } from '../shared/audit-proof.ts';
import type { SettingNote } from '../shared/config-settings.ts';
import type { EventName, EventPayload, GatewayCommands, Handlers } from '../shared/contract.ts';
import type { Runaway } from './policy/open-policies.ts';
import type { RunawayCall } from './supervision/host-contract.ts';

/** What the host hands in. All paths are absolute. */
export interface GatewayOptions {
  readonly version: string;
  /** YAML configuration; null where none was given: then the demo server is served. */
  readonly configFile: string | null;
  /** YAML that an administrator has laid over all other settings; null where nothing is managed. */
  readonly managedConfigFile: string | null;
  /** Folder for the database, the chosen port and the demo's notes; made where it is missing. */
  readonly userData: string;
  /** The shipped policies (`policies/`). */
  readonly shippedPolicies: string;
  /** The folder of compiled output (`out/`), where worker entries and precompiled policies lie. */
  readonly out: string;
  /** OPA's binary that ships with the app; null where none does. */
  readonly bundledOpa: string | null;
  /** Environment for `MCP_*` variables and child processes. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The policy that ended the gateway before this one, if one did, and over which call. */
  readonly runaway?: (Runaway & { readonly call: RunawayCall }) | null;
}

/** The running gateway, as its host sees it. */
export interface Gateway {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly commands: Handlers<GatewayCommands>;
  /** Says whether a window is there in which approvals can be answered. */
  setAttended(attended: boolean): void;
  /** Says what signs the audit log. Until then its records are chained, and not signed. */
  setAuditKey(key: AuditKey): void;
  /** Begins an export to a place that the host has chosen. Rejects with a CommandError. */
  startExport(task: ExportTask): Promise<AuditExport>;
  /** Something was set in the window: notes it, and reads the configuration again. */
  settingChanged(note: SettingNote): void;
  /** `server.graceful_shutdown`, milliseconds. */
  readonly graceMs: number;
  /** Lets running calls finish for `graceMs`, or `mostMs` where that is less, and refuses new ones; then ends all. */
  close(mostMs?: number | null): Promise<void>;
}

/** Tells the host of a change. */
export type Emit = <N extends EventName>(name: N, payload: EventPayload<N>) => void;
