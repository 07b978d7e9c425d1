// A client of a stdio server: one child process, one session, as many calls at a time as it has lanes.
import type { ChildProcess } from 'node:child_process';
import type { Lane } from '../load.ts';
import { checkEcho, echoCall, findEcho, handshake, initialized, type Ask } from './conversation.ts';

/** Opens the session of a child whose standard input and output are pipes; gives `lanes` lanes of it. */
export async function openStdioLanes(child: ChildProcess, lanes: number): Promise<Lane[]> {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('The child has no pipes');
  const waiting = new Map<unknown, PromiseWithResolvers<unknown>>();
  const fail = (why: string) => {
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
  };
  child.on('exit', (code, signal) => fail(`The process ended with ${code ?? signal ?? '?'}`));
  stdin.on('error', (error) => fail(error.message));

  let rest = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as { id?: unknown };
      waiting.get(message.id)?.resolve(message);
      waiting.delete(message.id);
    }
  });

  const send = (id: number, line: string): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    stdin.write(`${line}\n`);
    return answer.promise;
  };
  const ask: Ask = (message) => send(message.id, JSON.stringify(message));

  await handshake(ask);
  stdin.write(`${initialized}\n`);
  const tool = await findEcho(ask);
  let next = 100;
  const call = async () => {
    const id = (next += 1);
    checkEcho(id, await send(id, echoCall(id, tool)));
  };
  return Array.from({ length: lanes }, () => ({ call }));
}
