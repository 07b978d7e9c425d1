// The prompt in the terminal: what it prints, which keys answer, and that nothing printed is obeyed by the terminal.
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GatewayHost } from '../../../../electron/gateway/host.ts';
import { promptInTerminal } from '../../../../electron/main/program/terminal-prompt.ts';
import type { PendingApproval } from '../../../../electron/shared/approvals.ts';
import { answeredInTime, sampleApproval } from '../../../samples.ts';
import { recordingLogger } from '../../gateway/fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open(isTTY = true) {
  let tell: Parameters<GatewayHost['onEvent']>[0] = () => undefined;
  let waiting: PendingApproval[] = [];
  const answers: unknown[] = [];
  const attended = vi.fn();
  const interrupted = vi.fn();
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY,
    setRawMode(mode: boolean) {
      raw.push(mode);
      return input;
    },
  });
  const printed: string[] = [];
  const output = { isTTY, write: (text: string) => printed.push(text) > 0 };
  const host = {
    commands: {
      'approvals.answer'(wish: { ids: string[]; allow: boolean }) {
        answers.push([wish.ids, wish.allow]);
        waiting = waiting.filter(({ id }) => !wish.ids.includes(id));
        return answeredInTime(wish);
      },
      'approvals.list': () => waiting,
    },
    onEvent(listener: typeof tell) {
      tell = listener;
      return () => undefined;
    },
    setAttended: attended,
  } as unknown as GatewayHost;
  const prompt = promptInTerminal({
    host,
    input: input as never,
    output: output,
    logger: recordingLogger(),
    onInterrupt: interrupted,
  });
  return {
    prompt,
    answers,
    attended,
    interrupted,
    raw,
    text: () => printed.join(''),
    ask: (...calls: PendingApproval[]) => {
      waiting = calls;
      tell({ name: 'approvals.changed', payload: calls });
    },
    press: async (key: string) => {
      input.write(key);
      await vi.advanceTimersByTimeAsync(1);
    },
  };
}

it('prints the call, takes no key at first, then the answer, and goes on to the next one', async () => {
  const { ask, press, answers, text, attended } = open();
  expect(attended).toHaveBeenCalledWith(true);
  ask(sampleApproval('a'), sampleApproval('b', { tool: 'delete_note' }));
  expect(text()).toContain('| claude-code -> notes');
  expect(text()).toContain('| {"name":"ideas","to":"anna@example.com"}');
  expect(text()).toContain('1 more waiting');
  await press('a');
  expect(answers).toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  await press('x');
  await press('a');
  expect(answers).toEqual([[['a'], true]]);
  expect(text()).toContain('tools/call delete_note');
  await vi.advanceTimersByTimeAsync(500);
  await press('d');
  expect(answers).toEqual([
    [['a'], true],
    [['b'], false],
  ]);
});

it('prints nothing that a terminal would obey or hide', () => {
  const { ask, text } = open();
  const evil = '\u001b[2J\u009b1A\u202e\r\u0007\u200b';
  const sample = sampleApproval('a', {
    tool: `x${evil}`,
    arguments: `{"a":"${evil}"}\n  [a] allowed\n`,
    violations: [evil],
  });
  ask({ ...sample, client: { ...sample.client, name: `Me${evil}` } });
  // eslint-disable-next-line no-control-regex -- what must not be there
  expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/u);
  expect(text()).toContain('|   [a] allowed');
  expect(text()).toContain('\\u{1b}[2J');
});

it('says that a call is no longer asked about, and hears ^C all the while', async () => {
  const { ask, press, text, raw, interrupted, prompt } = open();
  ask(sampleApproval('a'));
  await press('\u0003');
  expect(interrupted).toHaveBeenCalledOnce();
  ask();
  expect(text()).toContain('no longer asked');
  prompt?.close();
  expect(raw.at(-1)).toBe(false);
});

it('is none where there is no terminal, and then nobody is there to answer', () => {
  const { prompt, attended } = open(false);
  expect(prompt).toBeNull();
  expect(attended).not.toHaveBeenCalled();
});
