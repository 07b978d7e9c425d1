// Asks in the terminal where there is no window: the call, line by line, and a key for the answer.
import type { ReadStream, WriteStream } from 'node:tty';
import type { PendingApproval } from '../../shared/approvals.ts';
import type { GatewayHost } from '../../gateway/host.ts';
import type { Logger } from '../../gateway/ports.ts';
import { visibleLine } from './visible-line.ts';

export interface TerminalPromptOptions {
  readonly host: Pick<GatewayHost, 'commands' | 'onEvent' | 'setAttended'>;
  readonly input: Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;
  readonly output: Pick<WriteStream, 'isTTY' | 'write'>;
  readonly logger: Logger;
  /** ^C, which a terminal that gives each key at once does not make a signal. */
  readonly onInterrupt: () => void;
}

export interface TerminalPrompt {
  close(): void;
}

/** A key that was pressed before anybody could have read is none, milliseconds. */
const UNREAD_MS = 500;
const INTERRUPT = '\u0003';

/** Null where this is no terminal, at either end. From here on somebody is there who can answer. */
export function promptInTerminal(options: TerminalPromptOptions): TerminalPrompt | null {
  const { host, input, output, logger, onInterrupt } = options;
  if (!input.isTTY || !output.isTTY) return null;
  let shown: { readonly id: string; readonly at: number } | null = null;

  function show(waiting: readonly PendingApproval[]): void {
    const first = waiting.find(({ state }) => state === 'waiting');
    if (first?.id === shown?.id) return;
    if (shown !== null) output.write('  (no longer asked)\n');
    shown = first === undefined ? null : { id: first.id, at: performance.now() };
    input.setRawMode(shown !== null);
    if (first !== undefined) output.write(promptText(first, waiting.length - 1));
  }

  function press(keys: Buffer): void {
    if (shown === null) return;
    const key = keys.toString('utf8');
    if (key === INTERRUPT) onInterrupt();
    else if ((key === 'a' || key === 'd') && performance.now() - shown.at >= UNREAD_MS)
      answer(shown.id, key === 'a');
  }

  function answer(id: string, allow: boolean): void {
    shown = null;
    output.write(allow ? '  allowed\n' : '  denied\n');
    input.setRawMode(false);
    void send(id, allow);
  }

  async function send(id: string, allow: boolean): Promise<void> {
    try {
      const once = { duration: 'once', scope: 'arguments', note: '', via: 'terminal' } as const;
      await host.commands['approvals.answer']({ ...once, ids: [id], allow });
      show(await host.commands['approvals.list']());
    } catch (error) {
      logger.warn('terminal.answer_failed', { error: String(error) });
    }
  }

  const stop = host.onEvent((event) => {
    if (event.name === 'approvals.changed') show(event.payload);
  });
  input.on('data', press);
  input.resume();
  host.setAttended(true);

  return {
    close() {
      stop();
      input.off('data', press);
      input.setRawMode(false);
      input.pause();
    },
  };
}

/** Everything that comes from client or server stands behind a bar, and has nothing in it that a terminal obeys. */
function promptText(call: PendingApproval, others: number): string {
  const { client, server, method, tool, resource } = call;
  const who = `${client.name || 'An unnamed client'}${client.id === null ? '' : ` (token of ${client.id})`}`;
  const program =
    client.process === null ? [] : [`program ${client.process.executable} (${client.process.pid})`];
  const lines = [
    `${who} -> ${server}`,
    ...program,
    `${method} ${tool ?? resource ?? ''}`.trim(),
    ...(call.described?.description === null || call.described === null
      ? []
      : [`the server says: ${call.described.description}`]),
    ...call.arguments.split('\n'),
    ...(call.message === null ? [] : [call.message]),
    ...call.violations,
    ...(call.rule === null ? [] : [`rule ${call.rule}`]),
  ];
  const seconds = Math.max(0, Math.round((call.expiresAt - call.now) / 1000));
  const fate = call.onTimeout === 'deny' ? 'denied' : 'allowed';
  const more = others > 0 ? `, ${others} more waiting` : '';
  const text = lines.map((line) => `  | ${visibleLine(line)}\n`).join('');
  return `\nShall I?\n${text}  [a] allow once  [d] deny  (${fate} in ${seconds} s${more})\n`;
}
