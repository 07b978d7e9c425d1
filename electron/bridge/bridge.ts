// Entry of the bridge: a client that speaks stdio alone starts it as its server, and talks to the running proxy by it.
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../gateway/ports.ts';
import { MAX_MESSAGE_BYTES } from '../gateway/upstream/limits.ts';
import { createLineReader } from '../gateway/upstream/line-reader.ts';
import { singleLine, trimmed } from '../gateway/wire/bytes.ts';
import { errorResponse } from '../gateway/wire/error-response.ts';
import { createFindToken, withToken } from './client-token.ts';
import { helpText, readCommandLine, type CommandLine, type Whereabouts } from './command-line.ts';
import { createLocate, type Started } from './locate.ts';
import { createRelay } from './relay.ts';
import { findAppStart, startApp } from './start-app.ts';
import { createStderrWords } from './stderr-words.ts';

const exitCodes = { ended: 0, wrong: 2 } as const;
const lineFeed = Buffer.from('\n');

process.exit(await main());

async function main(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2), process.cwd());
  switch (commandLine.kind) {
    case 'help':
      process.stdout.write(helpText);
      return exitCodes.ended;
    case 'wrong':
      process.stderr.write(`${commandLine.message}\n`);
      return exitCodes.wrong;
    case 'run':
      await connect(commandLine);
      return exitCodes.ended;
  }
}

/** Ends when the client does: it closes our input, stops reading our output, or sends a signal. */
async function connect(options: CommandLine & { kind: 'run' }): Promise<void> {
  const { whereabouts, server, mayStart, tokenFile } = options;
  const findToken = createFindToken(tokenFile, process.env.MCP_PROXY_TOKEN);
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  const logger = createStderrWords();
  const start = (): Started =>
    mayStart ? startHere(whereabouts, logger) : { isStarting: false, advice: '' };
  const relay = createRelay({
    locate: withToken(createLocate(whereabouts, server, start), findToken),
    write: writeMessage,
    logger,
  });
  const lines = createLineReader({
    maxBytes: MAX_MESSAGE_BYTES,
    line(line) {
      if (trimmed(line).length > 0) relay.take(line);
    },
    tooLong() {
      const message = `Invalid request: a message may have ${MAX_MESSAGE_BYTES} bytes`;
      writeMessage(errorResponse(null, { error: 'too_large', message }));
    },
  });

  const finish = (): void => end(undefined);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, finish);
  // EPIPE: nobody reads any more, whatever is there to be written.
  process.stdout.on('error', finish);
  process.stderr.on('error', finish);
  process.stdin.on('error', finish);
  process.stdin.on('end', finish);
  process.stdin.on('data', (chunk: Buffer) => lines.push(chunk));

  await ended;
  process.stdin.pause();
  await relay.close();
  // What was written last has left by then.
  await nextTurn();
}

/** Starts the app that this bridge is a part of. */
function startHere(whereabouts: Whereabouts, logger: Logger): Started {
  const { execPath, platform, env } = process;
  const app = findAppStart({
    execPath,
    out: dirname(fileURLToPath(import.meta.url)),
    userData: whereabouts.kind === 'user-data' ? whereabouts.folder : null,
    platform,
    env,
    isRoot: process.getuid?.() === 0,
  });
  if (!app.possible) return { isStarting: false, advice: app.advice };
  logger.info('starting_the_app');
  startApp(app, env, logger);
  return { isStarting: true, advice: '' };
}

/** What one turn of the event loop brings leaves together: a write costs more than what is in it. */
function writeMessage(message: Buffer): void {
  process.stdout.cork();
  process.stdout.write(singleLine(message));
  process.stdout.write(lineFeed);
  setImmediate(() => process.stdout.uncork());
}
