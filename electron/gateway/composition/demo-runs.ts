// Runs the demo's tour through the running proxy, as a client like any other.
import { runTour } from '../../demo/tour.ts';
import type { DemoStep } from '../../shared/domain.ts';
import type { ClientRegistry } from '../clients/client-registry.ts';

export interface DemoRunsOptions {
  /** Where the proxy serves, known once it does; and what to trust there, as PEM. */
  readonly url: () => string;
  readonly certificate: string | null;
  /** Whether clients need a token. */
  readonly needsToken: boolean;
  readonly clients: Pick<ClientRegistry, 'lend'>;
  /** Aborts when the gateway ends. */
  readonly closing: AbortSignal;
  readonly onStep: (steps: DemoStep[]) => void;
}

/** The returned function starts a tour, or joins the one that runs: two would mix their steps. */
export function createDemoRuns(options: DemoRunsOptions): () => Promise<DemoStep[]> {
  const { url, certificate, needsToken, clients, closing, onStep } = options;
  let running: Promise<DemoStep[]> | null = null;

  async function run(): Promise<DemoStep[]> {
    const loan = needsToken ? clients.lend('demo tour') : null;
    try {
      return await runTour({
        url: url(),
        token: loan?.token ?? null,
        certificate,
        clientName: 'MCP Proxy demo',
        signal: closing,
        onStep: (steps) => onStep([...steps]),
      });
    } finally {
      loan?.close();
      running = null;
    }
  }

  return () => (running ??= run());
}
