import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openForWriting } from '../../../../../electron/gateway/audit/open-database.ts';
import { indexPathOf } from '../../../../../electron/gateway/audit/search/index-database.ts';
import { stretchLength } from '../../../../../electron/gateway/audit/search/index-schema.ts';
import {
  callFilter,
  type CallFilterInput,
  callSort,
  type CallSort,
} from '../../../../../electron/shared/audit-search.ts';
import { temporaryFolder } from '../places.ts';
import { inOrder, matches, scan } from './plain-scan.ts';
import { newLog, openQuestions } from './setting.ts';

const clients = ['Cursor', 'Claude Code', ''];
const tools = ['read_file', 'write_file', 'fetch', null];
const sessions = ['s1', 's2', 's3', 's4'];
const reasons = ['policy', 'person', 'token', 'pass'] as const;
const statuses = ['ok', 'error', 'cancelled', 'unknown', 'upstream_error'] as const;
const vocabulary = ['secret', 'secrets', 'Café', 'cafe', 'Größe', 'a', 'ab', 'config', '東京', 'n', 'x1'];
const sentence = fc
  .array(fc.constantFrom(...vocabulary), { maxLength: 4 })
  .chain((words) => fc.constantFrom(' ', '/', '\n', '\\', '"', '_').map((between) => words.join(between)));

/** Few different ones, so that calls, and the edges of what is asked for, fall on the same. */
const moment = fc.integer({ min: 0, max: 60 }).map((tenMinutes) => tenMinutes * 600_000);

const record = fc.record({
  gap: fc.integer({ min: 1, max: 3 }),
  at: moment,
  client: fc.constantFrom(...clients),
  tool: fc.constantFrom(...tools),
  session: fc.constantFrom(...sessions),
  reason: fc.constantFrom(...reasons),
  allowed: fc.boolean(),
  status: fc.option(fc.constantFrom(...statuses)),
  latency: fc.option(fc.integer({ min: 0, max: 20 })),
  bytes: fc.option(fc.integer({ min: 0, max: 20 })),
  waited: fc.option(fc.constant(5)),
  alert: fc.option(sentence),
  redacted: fc.boolean(),
  argumentsOf: fc.option(fc.dictionary(fc.constantFrom('path', 'text', 'query'), sentence, { maxKeys: 2 })),
  escaped: fc.boolean(),
});

const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 });
const searched = fc
  .array(
    fc.tuple(
      fc.constantFrom('', '', '', '!'),
      fc.constantFrom('"', ''),
      fc.constantFrom(
        ...vocabulary,
        'sec',
        'CAFÉ',
        'conf',
        'read_file',
        'fil',
        '"',
        '*',
        'AND',
        '/',
        'grosse',
        'größ',
      ),
    ),
    { maxLength: 3 },
  )
  .map((words) => words.map(([not, quote, word]) => `${not}${quote}${word}${quote}`).join(' '));
const members = fc.record({
  text: searched,
  from: moment,
  to: moment,
  clients: some(clients),
  tools: some(tools.map((tool) => tool ?? '')),
  sessions: some([...sessions, 'none such']),
  reasons: some(reasons),
  statuses: some([...statuses, 'pending', 'refused'] as const),
  decisions: some(['allowed', 'failed', 'unknown', 'denied', 'refused', 'asked'] as const),
  minLatencyMicros: fc.integer({ min: 0, max: 20 }),
  redacted: fc.boolean(),
  alerted: fc.boolean(),
});
/** Few members at a time: of many no more than a page would be found, and nothing behind it. */
const filters: fc.Arbitrary<CallFilterInput> = members.chain((all) =>
  fc
    .subarray(Object.entries(all), { maxLength: 3 })
    .map((kept) => Object.fromEntries(kept) as CallFilterInput),
);

type Sample = typeof record extends fc.Arbitrary<infer T> ? T : never;

/** A log with these records around the place where a stretch of the index ends and the next one begins. */
function logWith(samples: readonly Sample[]): string {
  const path = join(temporaryFolder(), 'audit.db');
  newLog(path).close();
  const database = openForWriting(path, 'normal');
  const call = database.prepare(
    `INSERT INTO calls (id, at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version, server,
       method, tool, allowed, reason, policy_mode, waited_ms, source_ip, arguments_bytes, arguments, facts, alert)
     VALUES (?, ?, 'req_' || ?, ?, 'agent', 'Agent', '[]', ?, '1', 'default', 'tools/call', ?, ?, ?, 'enforce', ?, '127.0.0.1',
       ?, ?, ?, ?)`,
  );
  const outcome = database.prepare(
    'INSERT INTO outcomes (seq, call_id, status, latency_us, response_bytes, error_message) VALUES (?, ?, ?, ?, ?, ?)',
  );
  let id = stretchLength - samples.length * 2;
  database.transaction(() => {
    for (const sample of samples) {
      id += sample.gap + 1;
      const plain = sample.argumentsOf === null ? null : JSON.stringify(sample.argumentsOf);
      const json = sample.escaped ? (plain?.replaceAll(/[^ -~]/gu, unicodeEscape) ?? null) : plain;
      const allowed = sample.allowed ? 1 : 0;
      const facts = sample.redacted ? '{"requests":1,"redacted":true}' : null;
      call.run(
        ...[
          id,
          sample.at,
          id,
          sample.session,
          sample.client,
          sample.tool,
          allowed,
          sample.reason,
          sample.waited,
        ],
        ...[json?.length ?? null, json, facts, sample.alert],
      );
      if (sample.allowed && sample.status !== null) {
        outcome.run(
          id + 1,
          id,
          sample.status,
          sample.latency,
          sample.bytes,
          sample.status === 'error' ? 'Kaputt' : null,
        );
      }
    }
  })();
  database.close();
  return path;
}

function unicodeEscape(character: string): string {
  return Array.from({ length: character.length }, (_, n) => {
    return `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`;
  }).join('');
}

async function listed({ ask }: ReturnType<typeof openQuestions>, filter: CallFilterInput, sort: CallSort) {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask('calls.search', { filter, sort, limit: 20, cursor });
    found.push(...page.calls.map(({ id }) => id));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

async function expectSameAsScan(
  opened: ReturnType<typeof openQuestions>,
  input: CallFilterInput,
  sort: CallSort,
) {
  const filter = callFilter.parse(input);
  const wanted = scan(opened.database).filter((call) => matches(call, filter));
  expect(await listed(opened, input, sort)).toEqual(inOrder(wanted, sort));
  const { total, decisions } = await opened.ask('calls.count', { filter: input });
  expect(total).toBe(wanted.length);
  expect(decisions.denied).toBe(wanted.filter(({ decision }) => decision === 'denied').length);
  expect(decisions.asked).toBe(wanted.filter(({ asked }) => asked).length);
  const { buckets } = await opened.ask('calls.histogram', { filter: input, buckets: 12 });
  expect(buckets.reduce((sum, bucket) => sum + bucket.decisions.failed, 0)).toBe(
    wanted.filter(({ decision }) => decision === 'failed').length,
  );
  const { values } = await opened.ask('calls.top', { filter: input, by: 'session', limit: 200 });
  expect(Object.fromEntries(values.map(({ value, total: calls }) => [value, calls]))).toEqual(
    Object.fromEntries(
      sessions
        .map((session) => [session, wanted.filter((call) => call.session === session).length] as const)
        .filter(([, calls]) => calls > 0),
    ),
  );
}

const records = fc.array(record, { minLength: 30, maxLength: 60 });
const questions = fc.array(fc.tuple(filters, fc.constantFrom(...callSort.options)), {
  minLength: 8,
  maxLength: 8,
});

/** What is found first is told: to make it smaller takes longer than a test may. */
const told = { endOnFailure: true };

describe('what is found', () => {
  it('is what a look at every record finds', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(records, questions, async (samples, asked) => {
        const opened = openQuestions(logWith(samples));
        await vi.waitFor(() => expect(opened.index.state().state).toBe('ready'));
        for (const [filter, sort] of asked) await expectSameAsScan(opened, filter, sort);
        opened.close();
      }),
      { numRuns: 25, ...told },
    );
  });

  it('is the same where there is no index', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(records, questions, async (samples, asked) => {
        const path = logWith(samples);
        // Where a file should be made.
        mkdirSync(join(indexPathOf(path), 'in the way'), { recursive: true });
        const opened = openQuestions(path);
        onTestFinished(() => expect(opened.index.database()).toBeNull());
        for (const [filter, sort] of asked.slice(0, 2)) await expectSameAsScan(opened, filter, sort);
        opened.close();
      }),
      { numRuns: 3, ...told },
    );
  });
});
