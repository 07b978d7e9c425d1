// What a new policy is tried on before it decides calls: made-up ones that are hard, and the newest of the log.
import type { Call, JudgedCall } from '../call.ts';
import type { Logger } from '../ports.ts';

export interface ProbesOptions {
  readonly methods: readonly string[];
  /** When the made-up ones are to have happened, Unix milliseconds. */
  readonly at: number;
  /** So many of the newest recorded calls; rejects where the log can't be read. */
  readonly recent: (most: number) => Promise<readonly JudgedCall[]>;
  readonly logger: Logger;
}

/** Recorded calls that a policy is tried on. */
const mostRecent = 50;
/** How long the log is waited for, milliseconds. */
const patienceMs = 2000;

/** Long, and almost what many an expression looks for: what makes backtracking costly. */
const stubborn = `${'a'.repeat(2000)}!`;

const argumentSets: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { path: '/home/user/notes.txt', content: 'text', query: 'select 1', url: 'https://example.com/a?b=c' },
  { path: stubborn, content: stubborn, query: stubborn, url: `https://${stubborn}` },
  { paths: Array.from({ length: 500 }, (_, index) => `/tmp/${index}`), items: [...Array(500).keys()] },
];

/** Never rejects, and does not take long: where the log can't be read in time, the made-up calls have to do. */
export function createProbes({ methods, at, recent, logger }: ProbesOptions): () => Promise<JudgedCall[]> {
  const madeUp = probesOf(methods, at);
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${patienceMs / 1000} s`)), patienceMs);
    });
    try {
      return [...madeUp, ...(await Promise.race([recent(mostRecent), late]))];
    } catch (error) {
      logger.warn('policy_tried_without_log', { error: String(error) });
      return madeUp;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Each method with each set of arguments; tools are named as clients write them. */
export function probesOf(methods: readonly string[], at: number): Call[] {
  return methods.flatMap((method) => argumentSets.map((set) => probe(method, set, at)));
}

function probe(method: string, set: Readonly<Record<string, unknown>>, at: number): Call {
  const tool = method === 'tools/call' || method === 'prompts/get' ? 'read_file' : null;
  const resource = method.startsWith('resources/') ? 'file:///home/user/notes.txt' : null;
  return {
    requestId: 'req_0000000000000000',
    at,
    treatment: 'enforce',
    message: { kind: 'notification', method, params: {}, bytes: Buffer.alloc(0) },
    method,
    tool,
    resource,
    resources: resource === null ? [] : [resource],
    arguments: set,
    paramHeaders: {},
    server: 'default',
    agent: { id: 'probe', name: 'Probe', capabilities: ['read:*'], model: '', publisher: '', tags: [] },
    clientId: null,
    client: { name: 'probe', version: '1' },
    process: null,
    session: {
      id: 'probe',
      requestCount: 1,
      startedAt: at,
      cumulativeReads: 0,
      cumulativeWrites: 0,
      history: { calls: [], truncated: false },
    },
    sourceIp: '127.0.0.1',
  };
}
