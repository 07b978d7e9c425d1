// What somebody asks of a long log: each filter, words that are in nearly every call and words that are in none, and figures.
import type { CommandName, Input } from '../../../electron/shared/contract.ts';
import type { CallFilterInput, SearchCommands } from '../../../electron/shared/audit-search.ts';

export type Query = {
  [N in CommandName<SearchCommands>]: {
    readonly name: string;
    readonly command: N;
    readonly input: Input<SearchCommands, N>;
    /** First pages have the goal; figures are told. */
    readonly isFirstPage: boolean;
  };
}[CommandName<SearchCommands>];

const dayMs = 24 * 3_600_000;

/** @param until the time of the newest call, Unix milliseconds */
export function queries(until: number): Query[] {
  const page = (name: string, filter: CallFilterInput): Query => ({
    name,
    command: 'calls.search',
    input: { filter },
    isFirstPage: true,
  });
  return [
    page('everything', {}),
    page('client', { clients: ['Codex'] }),
    page('server', { servers: ['notes'] }),
    page('tool', { tools: ['delete_file'] }),
    page('method', { methods: ['resources/read'] }),
    page('rule', { rules: ['deny_push'] }),
    page('denied', { decisions: ['denied'] }),
    page('asked', { decisions: ['asked'] }),
    page('failed, of one tool and client', { decisions: ['failed'], tools: ['push'], clients: ['Codex'] }),
    page('one day', { from: until - 20 * dayMs, to: until - 19 * dayMs }),
    page('slower than 4.9 s', { minLatencyMicros: 4_900_000 }),
    page('with an alert', { alerted: true }),
    page('a word of nearly all', { text: 'home' }),
    page('a word of a few', { text: 'größe_777' }),
    page('a word of none', { text: 'zeppelin' }),
    page('the beginning of a word', { text: 'con' }),
    page('two words', { text: 'garden invoice' }),
    page('a path', { text: '/home/me/garden' }),
    page('a phrase', { text: '"could not be found"' }),
    page('without a word', { text: '!home' }),
    page('a word, of one tool', { text: 'secret', tools: ['run'] }),
    { name: 'slowest first', command: 'calls.search', input: { sort: 'slowest' }, isFirstPage: true },
    { name: 'largest first', command: 'calls.search', input: { sort: 'largest' }, isFirstPage: true },
    { name: 'count', command: 'calls.count', input: {}, isFirstPage: false },
    {
      name: 'count of a word',
      command: 'calls.count',
      input: { filter: { text: 'secret' } },
      isFirstPage: false,
    },
    { name: 'histogram', command: 'calls.histogram', input: {}, isFirstPage: false },
    { name: 'top tools', command: 'calls.top', input: { by: 'tool' }, isFirstPage: false },
  ];
}
