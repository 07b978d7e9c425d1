// How servers are and what happened to them, in words.
import type { ServerSummary } from '../../electron/shared/domain.ts';
import type { ServerState } from '../../electron/shared/server-state.ts';
import type { ServerDetails, ServerMoment, ServerTest } from '../../electron/shared/servers.ts';
import { counted, span, timeOfDay } from '../format.ts';
import { visibleText } from '../visible-text.ts';

type Shown = Pick<ServerSummary, 'state' | 'kind' | 'heldUntil' | 'connections' | 'lastError'>;

/** The word for a state; a server behind a URL is nobody's to start. */
export function stateWord({ state, kind }: Pick<Shown, 'state' | 'kind'>): string {
  const words: Readonly<Record<ServerState, string>> = {
    running: kind === 'http' ? 'In use' : 'Running',
    starting: 'Starting',
    idle: kind === 'http' ? 'Not in use' : 'Idle',
    failing: 'Failing',
    held_back: 'Held back',
    stopped: 'Stopped',
  };
  return words[state];
}

/** What a state means for the next call. */
export function stateSentence({ state, kind, heldUntil, connections }: Shown, now: number): string {
  switch (state) {
    case 'running':
      return `${counted(connections, 'session')} ${connections === 1 ? 'uses' : 'use'} it.`;
    case 'starting':
      return 'It was asked to begin, and has not answered yet.';
    case 'idle':
      return kind === 'http'
        ? 'Nobody needs it now. The next call connects to it.'
        : 'Nobody needs it now, so nothing of it runs. The next call starts it.';
    case 'failing':
      return 'It let the last calls down. The next one tries it again.';
    case 'held_back':
      return heldUntil === null
        ? 'It failed too often in a row. The next call tries it again.'
        : `It failed too often in a row: calls fail at once, and one of them tries it again at ${timeOfDay(heldUntil)}, in ${span(heldUntil - now)}.`;
    case 'stopped':
      return 'You have stopped it: its calls get an error that says so.';
  }
}

/** How it is spoken to. */
export function transportWords({ kind, transport }: Pick<ServerSummary, 'kind' | 'transport'>): string {
  if (kind === 'demo') return 'Ships with the app';
  switch (transport) {
    case 'stdio':
      return 'A command on this machine';
    case 'streamable-http':
      return 'A URL, by Streamable HTTP';
    case 'sse':
      return 'A URL, by HTTP+SSE';
    case 'auto':
      return 'A URL';
  }
}

/** Whether it was added in this window, and can be removed here. */
export function isOfWindow(where: string | null): boolean {
  return where !== null && /(?:^|[/\\])window-settings\.json(?::\d+)?$/u.test(where);
}

/** "proxy.yaml:12" of a whole path; null where it is defined nowhere. */
export function shortPlace(where: string | null): string | null {
  if (where === null) return null;
  return isOfWindow(where) ? 'added here' : (where.split(/[/\\]/u).at(-1) ?? where);
}

const happenings: Readonly<Record<ServerMoment['kind'], string>> = {
  started: 'A process was started',
  ended: 'A process ended',
  recovered: 'It answered again',
  failed: 'It let a call down',
  lost: 'It was lost',
  held_back: 'Too many failures: calls are held back',
  stopped: 'You stopped it',
  resumed: 'You started it again',
  restarted: 'You restarted it',
};

export function momentSentence({ kind, why, times }: Pick<ServerMoment, 'kind' | 'why' | 'times'>): string {
  const often = times > 1 ? `, ${times} times` : '';
  return `${happenings[kind]}${often}${why === null ? '.' : `: ${visibleText(why)}`}`;
}

/** What it speaks, by its own words. */
export function protocolWords({ protocolVersions, era }: NonNullable<ServerDetails['introduction']>): string {
  const versions =
    protocolVersions.length === 0 ? 'a version that it does not tell' : protocolVersions.join(', ');
  return `MCP ${versions}${era === 'modern' ? ', without sessions' : ''}`;
}

export const testStepNames: Readonly<Record<ServerTest['steps'][number]['step'], string>> = {
  introduce: 'Reaches it',
  tools: 'Asks for its tools',
};

export function testSentence({ state, tools }: Pick<ServerTest, 'state' | 'tools'>): string {
  switch (state) {
    case 'running':
      return 'Testing the connection…';
    case 'ok':
      return tools.length === 0 ? 'It works.' : `It works, and offers ${counted(tools.length, 'tool')}.`;
    case 'failed':
      return 'It does not work.';
    case 'cancelled':
      return 'The test was stopped.';
  }
}

/** The limits that hold for it, as pairs of a name and a value. */
export function limitRows({ limits }: Pick<ServerDetails, 'limits'>): readonly (readonly [string, string])[] {
  const { concurrent, queued, reachMs, requestMs, longestMs, breaker } = limits;
  const at = concurrent === null ? 'As many as come' : `${concurrent} at once, ${queued} more may wait`;
  return [
    ['Requests', at],
    ['To be reached', `Within ${span(reachMs)}`],
    ['Silence', `At most ${span(requestMs)} for a request`],
    ['One request', longestMs === null ? 'As long as it likes' : `At most ${span(longestMs)}`],
    [
      'Failures',
      breaker === null
        ? 'It is asked however often it fails'
        : `${breaker.failures} in a row hold its calls back for ${span(breaker.holdMs)}`,
    ],
  ];
}
