// Calls that no client made: what a new policy is tried on before it decides real ones.
import type { Call } from '../call.ts';

/** Long, and almost what many an expression looks for: what makes backtracking costly. */
const stubborn = `${'a'.repeat(2000)}!`;

const argumentSets: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { path: '/home/user/notes.txt', content: 'text', query: 'select 1', url: 'https://example.com/a?b=c' },
  { path: stubborn, content: stubborn, query: stubborn, url: `https://${stubborn}` },
  { paths: Array.from({ length: 500 }, (_, index) => `/tmp/${index}`), items: [...Array(500).keys()] },
];

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
