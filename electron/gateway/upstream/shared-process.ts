// A modern stdio server as a process that all its clients share: requests stand for themselves, so that one is enough.
import type { AllowedMessage } from '../call.ts';
import { UpstreamError } from '../errors.ts';
import type { UpstreamConnection, UpstreamEvents } from '../ports.ts';
import type { Interruptible } from './connections.ts';
import type { EraFinding } from './era-finding.ts';
import {
  openModernChannel,
  type AllowedRequest,
  type ModernChannel,
  type ModernChannelOptions,
} from './modern-channel.ts';
import { assertMayStart, createStartBackoff } from './start-backoff.ts';

/** A process that nobody has asked anything for so long is ended, milliseconds. */
const IDLE_MS = 60_000;
/** A server that has not answered the probe by then is a legacy one, milliseconds; some start slowly. */
const PROBE_MS = 10_000;

export interface SharedProcess extends Interruptible {
  connect(events: UpstreamEvents): UpstreamConnection;
  /** Whoever owns what `open` opened closes that. */
  close(): void;
}

export interface SharedProcessOptions extends ModernChannelOptions {
  readonly finding: EraFinding;
  readonly idleMs?: number;
  readonly probeMs?: number;
}

/** A channel, and whether what it speaks is the modern protocol. */
interface Life {
  readonly channel: ModernChannel;
  /** Null where it is, else why not; rejects where the process could not be started. */
  readonly unfit: Promise<string | null>;
}

/** The process starts with the first request, and again with the next one after its end, as soon as it may. */
export function createSharedProcess(options: SharedProcessOptions): SharedProcess {
  const { finding, idleMs = IDLE_MS, probeMs = PROBE_MS } = options;
  const backoff = createStartBackoff();
  let death = '';
  let life: Life | null = null;
  let underWay = 0;
  let idle: NodeJS.Timeout | undefined;

  function begin(first: AllowedRequest): Life {
    assertMayStart(backoff, death);
    const channel = openModernChannel({ ...options, open });
    backoff.started(performance.now());
    const begun: Life = { channel, unfit: finding.configured === 'modern' ? fit : find() };
    return begun;

    async function find(): Promise<string | null> {
      try {
        const why = await channel.probe(first, probeMs);
        finding.learn('modern', why === null);
        // Nobody has to wait for its end.
        if (why !== null) void leave(begun);
        return why;
      } catch (error) {
        void leave(begun);
        throw error;
      }
    }
  }

  function open(events: UpstreamEvents): UpstreamConnection {
    return options.open({
      ...events,
      closed(why) {
        death = why;
        backoff.died(performance.now());
        events.closed(why);
      },
    });
  }

  async function leave(left: Life): Promise<void> {
    if (life === left) life = null;
    await left.channel.close();
  }

  function enter(): () => void {
    underWay += 1;
    clearTimeout(idle);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      underWay -= 1;
      if (underWay > 0) return;
      idle = setTimeout(() => {
        if (life !== null) void leave(life);
      }, idleMs);
    };
  }

  function connect(events: UpstreamEvents): UpstreamConnection {
    let used = false;
    let closed = false;
    let cancel = (): void => undefined;

    async function ask(request: AllowedRequest): Promise<void> {
      const end = enter();
      cancel = end;
      try {
        const current = life !== null && !life.channel.over ? life : (life = begin(request));
        const unfit = await current.unfit;
        if (closed) return;
        if (unfit !== null) {
          end();
          events.failed(request.message.id, unfit, 'era');
          return;
        }
        const asked = current.channel.ask(request, {
          message(message, relatedTo) {
            if (message.kind === 'response') end();
            events.message(message, relatedTo);
          },
          failed(id, why) {
            end();
            events.failed(id, why);
          },
        });
        cancel = () => {
          asked.cancel();
          end();
        };
        await asked.sent;
      } catch (error) {
        end();
        throw error;
      }
    }

    return {
      async send(allowed) {
        if (used) throw new UpstreamError('The connection has carried its request');
        used = true;
        if (isRequest(allowed)) await ask(allowed);
        else await tell(allowed);
      },
      close() {
        closed = true;
        cancel();
      },
    };
  }

  /** Only to a process that is there: what is said of nothing needs nobody to hear it. */
  async function tell(allowed: AllowedMessage): Promise<void> {
    const { message } = allowed;
    // Ids are the proxy's own here: a client's cancellation would end another one's request.
    if (message.kind !== 'notification' || message.method === 'notifications/cancelled') return;
    if (life !== null && (await life.unfit) === null) await life.channel.tell(allowed);
  }

  return {
    connect,
    async interrupt(why) {
      backoff.forget();
      const ended = life;
      life = null;
      await ended?.channel.interrupt(why);
    },
    close: () => clearTimeout(idle),
  };
}

const fit = Promise.resolve(null);

function isRequest(allowed: AllowedMessage): allowed is AllowedRequest {
  return allowed.message.kind === 'request';
}
