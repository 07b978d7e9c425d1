// Answers what the audit log is asked, in the audit worker.
import type { Database } from 'better-sqlite3';
import type { Handlers } from '../../../shared/contract.ts';
import type { CallStory, LogQuestions } from '../../../shared/audit-search.ts';
import { CommandError } from '../../../shared/rpc.ts';
import type { LinesPage, LinesQuery } from '../../../shared/audit-export.ts';
import { linesOfCalls } from '../export/lines-page.ts';
import { createAskParts, IndexGone } from './ask-parts.ts';
import { countCalls, topOfCalls, valuesOfCalls } from './call-figures.ts';
import { histogramOfCalls } from './call-histogram.ts';
import { storyOfCall } from './call-story.ts';
import { listCalls } from './call-list.ts';
import { listEvents } from './event-list.ts';
import type { SearchIndex } from './follow-log.ts';
import { createLanes } from './lanes.ts';
import { createTurns } from './turns.ts';

export interface LogAnswers {
  readonly questions: Handlers<LogQuestions>;
  /** What the log has of it; null where there is no such call. */
  story(id: number): Promise<Omit<CallStory, 'input'> | null>;
  /** Calls as exports show them. */
  lines(query: LinesQuery): Promise<LinesPage>;
}

export interface LogQuestionsOptions {
  /** Of the log. */
  readonly path: string;
  /** The log, open for reading. */
  readonly log: Database;
  readonly index: SearchIndex;
  /** Makes errors of the file ones for people. */
  readonly readable: <T>(read: () => T | Promise<T>) => Promise<T>;
  readonly closing: AbortSignal;
}

export function createLogQuestions({ path, log, index, readable, closing }: LogQuestionsOptions): LogAnswers {
  const lanes = createLanes(closing);
  const turns = createTurns();
  const askParts = createAskParts(index, path, turns.soon);
  const countParts = createAskParts(index, path, turns.later);

  function answer<T>(
    kind: string,
    { lane }: { lane?: string | undefined },
    question: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return readable(() =>
      lanes.run(kind, lane, async (signal) => {
        try {
          return await question(signal);
        } catch (error) {
          if (signal.aborted || error instanceof CommandError) throw error;
          if (!(error instanceof IndexGone)) {
            if (index.database() === null) throw error;
            // Its fault or the log's: without it that shows.
            index.failed(error);
          }
          return await question(signal);
        }
      }),
    );
  }

  /** Lets whoever waits for calls go first, whichever was asked sooner. */
  const figure: typeof answer = (kind, query, question) =>
    answer(kind, query, async (signal) => {
      await turns.later();
      signal.throwIfAborted();
      return question(signal);
    });

  return {
    questions: {
      'calls.search': (query) =>
        turns.ahead(() => answer('search', query, (signal) => listCalls(askParts, log, query, signal))),
      'calls.count': (query) =>
        figure('count', query, (signal) => countCalls(countParts, query.filter, signal)),
      'calls.histogram': (query) =>
        figure('histogram', query, (signal) =>
          histogramOfCalls({ log, index, askParts: countParts }, query, signal),
        ),
      'calls.top': (query) => figure('top', query, (signal) => topOfCalls(countParts, query, signal)),
      'calls.values': (query) =>
        figure('values', query, (signal) => valuesOfCalls(countParts, query, signal)),
      'events.search': (query) => readable(() => listEvents(log, query)),
      'index.read': () => readable(() => index.state()),
    },
    lines: (query) => answer('lines', {}, (signal) => linesOfCalls(askParts, log, query, signal)),
    story: (id) => turns.ahead(() => answer('story', {}, (signal) => storyOfCall(askParts, log, id, signal))),
  };
}
