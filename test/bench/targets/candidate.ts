// What is compared: ways from one client to one server.
import type { Lane } from '../load.ts';
import type { Processes } from '../processes.ts';

export type Role = 'direct' | 'relay' | 'ours' | 'peer';

/** A way that may turn out not to work here. */
export interface Candidate {
  readonly name: string;
  readonly role: Role;
  start(): Promise<Running>;
}

export interface Running {
  /** Opens sessions, so that so many calls can be under way at a time. */
  connect(connections: number): Promise<Connected>;
  readonly close: () => Promise<void>;
}

export interface Connected {
  readonly lanes: readonly Lane[];
  readonly close: () => Promise<void>;
}

/** What candidates need to start. */
export interface Surroundings {
  readonly processes: Processes;
  /** For files of a run; removed after it. */
  readonly folder: string;
  /** The entry script of a program from npm. Throws where it could not be installed. */
  readonly peer: (name: PeerName) => string;
}

export type PeerName = 'mcp-gateway' | 'mcp-hub' | 'mcp-proxy' | 'mcp-remote' | 'supergateway';
