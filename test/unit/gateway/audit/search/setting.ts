// A real log with a real index beside it, and the questions that can be put to both.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openCallLog, type SqliteCallLog } from '../../../../../electron/gateway/audit/call-log.ts';
import { openForUpkeep } from '../../../../../electron/gateway/audit/open-database.ts';
import { followLog } from '../../../../../electron/gateway/audit/search/follow-log.ts';
import { createLogQuestions } from '../../../../../electron/gateway/audit/search/log-questions.ts';
import { type LogQuestions, logQuestions } from '../../../../../electron/shared/audit-search.ts';
import type { CommandName, Input, Output } from '../../../../../electron/shared/contract.ts';
import { CommandError, createAnswer } from '../../../../../electron/shared/rpc.ts';
import { sampleRedactor } from '../../redaction/sample.ts';
import { temporaryFolder } from '../places.ts';
import { recordingLogger } from '../samples.ts';

export const refusal = { code: -32001, message: 'Policy violation' };

export function newLog(path: string): SqliteCallLog {
  return openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
}

/** As the audit worker has it, in this thread. */
export function openQuestions(path: string) {
  const logger = recordingLogger();
  const database = openForUpkeep(path);
  const index = followLog(path, logger);
  const closing = new AbortController();
  const answers = createLogQuestions({
    path,
    log: database,
    index,
    readable: async (read) => read(),
    closing: closing.signal,
  });
  const close = () => {
    closing.abort();
    void index.close();
    database.close();
  };
  onTestFinished(close);
  const answer = createAnswer(logQuestions, answers.questions, (_, error) => {
    throw error;
  });
  async function ask<N extends CommandName<LogQuestions>>(
    name: N,
    input: Input<LogQuestions, N>,
  ): Promise<Output<LogQuestions, N>> {
    const reply = await answer(name, input);
    if (!reply.ok) throw new CommandError(reply.error.code, reply.error.message);
    return logQuestions[name].output.parse(reply.value) as Output<LogQuestions, N>;
  }
  return { database, index, ask, story: (id: number) => answers.story(id), close, events: logger.events };
}

export function openLog() {
  const path = join(temporaryFolder(), 'audit.db');
  const log = newLog(path);
  onTestFinished(() => log.close());
  return { path, log, ...openQuestions(path) };
}
