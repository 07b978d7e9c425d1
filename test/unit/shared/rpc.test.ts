import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  CommandError,
  connect,
  createAnswer,
  forwardTo,
  serve,
  type RpcPort,
} from '../../../electron/shared/rpc.ts';

const commands = {
  double: { input: z.int(), output: z.int() },
  fail: { input: z.enum(['expected', 'bug']), output: z.void() },
  hang: { input: z.void(), output: z.void() },
} as const;
const events = { counted: z.object({ count: z.int() }) } as const;

/** Two ends of one link; frames cross it as structured clones, later. */
function link(): [RpcPort, RpcPort] {
  const ends = [new Set<(frame: unknown) => void>(), new Set<(frame: unknown) => void>()] as const;
  const end = (own: 0 | 1, other: 0 | 1): RpcPort => ({
    post(frame) {
      const copy: unknown = structuredClone(frame);
      queueMicrotask(() => {
        for (const listener of ends[other]) listener(copy);
      });
    },
    onFrame: (listener) => ends[own].add(listener),
  });
  return [end(0, 1), end(1, 0)];
}

function setUp(double: (input: number) => number = (input) => input * 2) {
  const [here, there] = link();
  const unexpected = vi.fn();
  const invalid = vi.fn();
  const heard = vi.fn();
  const answer = createAnswer(
    commands,
    {
      double,
      fail(how) {
        if (how === 'expected') throw new CommandError('no_such_thing', 'It is not there');
        throw new Error('oops');
      },
      hang: () => new Promise<undefined>(() => undefined),
    },
    unexpected,
  );
  const emit = serve<typeof events>(there, answer);
  const caller = connect(here, { commands, events }, heard, invalid);
  return { here, there, answer, emit, caller, unexpected, invalid, heard };
}

describe('a command', () => {
  it('comes back with its value', async () => {
    await expect(setUp().caller.commands.double(21)).resolves.toBe(42);
  });

  it('fails with the code and words that its handler chose', async () => {
    const { caller, unexpected } = setUp();
    await expect(caller.commands.fail('expected')).rejects.toEqual(
      new CommandError('no_such_thing', 'It is not there'),
    );
    expect(unexpected).not.toHaveBeenCalled();
  });

  it('fails as internal, and is reported, where the handler threw something else', async () => {
    const { caller, unexpected } = setUp();
    await expect(caller.commands.fail('bug')).rejects.toMatchObject({ code: 'internal', message: 'oops' });
    expect(unexpected).toHaveBeenCalledWith('fail', new Error('oops'));
  });

  it('never reaches the handler with an input that the contract does not know', async () => {
    const double = vi.fn(() => 0);
    const { answer } = setUp(double);
    await expect(answer('double', 'six')).resolves.toMatchObject({ ok: false, error: { code: 'bad_input' } });
    expect(double).not.toHaveBeenCalled();
  });

  it.each(['triple', 'toString', '__proto__'])('is refused where the contract has no %s', async (name) => {
    await expect(setUp().answer(name, 1)).resolves.toMatchObject({
      ok: false,
      error: { code: 'unknown_command' },
    });
  });

  it('fails where the answer is not what was agreed', async () => {
    const { caller, invalid } = setUp(() => 0.5);
    await expect(caller.commands.double(1)).rejects.toMatchObject({ code: 'bad_reply' });
    expect(invalid).toHaveBeenCalledOnce();
  });

  it('fails when its link ends, and so does every later one', async () => {
    const { caller } = setUp();
    const waiting = expect(caller.commands.hang()).rejects.toMatchObject({ code: 'gone' });
    caller.end(new CommandError('gone', 'The other end is gone'));
    await waiting;
    await expect(caller.commands.double(1)).rejects.toMatchObject({ code: 'gone' });
  });
});

describe('an event', () => {
  it('arrives with its name and payload', async () => {
    const { emit, heard } = setUp();
    emit('counted', { count: 3 });
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith({ name: 'counted', payload: { count: 3 } }));
  });

  it('is dropped and reported where its payload or its name is not in the contract', async () => {
    const { there, heard, invalid } = setUp();
    there.post({ kind: 'event', name: 'counted', payload: { count: 'many' } });
    there.post({ kind: 'event', name: 'guessed', payload: 1 });
    await vi.waitFor(() => expect(invalid).toHaveBeenCalledTimes(2));
    expect(heard).not.toHaveBeenCalled();
  });
});

it('frames that are none are ignored at both ends', async () => {
  const { here, there, caller, heard } = setUp();
  for (const frame of [
    null,
    7,
    {},
    { kind: 'call' },
    { kind: 'reply', id: 99, reply: { ok: true, value: 1 } },
  ]) {
    here.post(frame);
    there.post(frame);
  }
  await expect(caller.commands.double(2)).resolves.toBe(4);
  expect(heard).not.toHaveBeenCalled();
});

it('forwardTo asks for its target at each call', async () => {
  let current = setUp((input) => input + 1).caller.commands;
  const forwarded = forwardTo(commands, () => current);
  await expect(forwarded.double(1)).resolves.toBe(2);
  current = setUp((input) => input + 100).caller.commands;
  await expect(forwarded.double(1)).resolves.toBe(101);
});
