// What the window says: calls, verdicts, states and errors in plain sentences.
import type {
  CallStatus,
  CallSummary,
  GatewayStatus,
  ModeOverride,
  PolicyMode,
  SessionSummary,
  VerdictReason,
} from '../electron/shared/domain.ts';
import type { PolicyDiagnostic, PolicyTestRun, PolicyVersion } from '../electron/shared/policy-editing.ts';
import type { PolicyAnswer, PolicyReplay, UnknownInput } from '../electron/shared/policy-trial.ts';
import { stringArguments } from './argument-tree.ts';
import { count, counted } from './format.ts';
import { visibleText } from './visible-text.ts';

/** Names that clients give themselves in `initialize`, and the names that people know them by. */
const clientNames: Readonly<Record<string, string>> = {
  'claude-ai': 'Claude Desktop',
  'claude-code': 'Claude Code',
  'codex-mcp-client': 'Codex',
  'cursor-vscode': 'Cursor',
  'gemini-cli-mcp-client': 'Gemini CLI',
  'mcp-inspector': 'MCP Inspector',
  'Visual Studio Code': 'VS Code',
};

export function clientName(claimed: string): string {
  if (claimed.trim() === '') return 'An unnamed client';
  return Object.hasOwn(clientNames, claimed) ? (clientNames[claimed] ?? claimed) : visibleText(claimed);
}

/** What a client asked for, as far as a sentence needs it. */
export interface Wish {
  readonly method: string;
  readonly tool: string | null;
  readonly resource: string | null;
  /** JSON text. */
  readonly arguments: string | null;
}

const methodWords: Readonly<Record<string, string>> = {
  initialize: 'connect',
  'server/discover': 'see what the server offers',
  'subscriptions/listen': 'be told of changes',
  ping: 'see whether the server is there',
  'tools/list': 'list the tools',
  'prompts/list': 'list the prompts',
  'resources/list': 'list the resources',
  'resources/templates/list': 'list the resource templates',
  'completion/complete': 'complete an argument',
  'logging/setLevel': 'set the log level',
  'notifications/initialized': 'say that it is ready',
  'notifications/cancelled': 'cancel a call',
};

const verbs = new Set(
  `add append apply archive assign browse build buy call cancel change check clear click clone close commit copy
   count create delete deploy describe disable download drop edit enable execute export fetch fill find fork
   generate get give import insert install invite kill launch list load lock log make mark merge modify move
   navigate open patch pay ping post press print publish pull purge push put query read rebase remove rename
   replace reply reset resolve restart restore revert run save schedule search select send set share show
   sign start stop submit summarize sync tag take transfer translate type undo uninstall unlock update upload
   validate view wait watch write`.split(/\s+/),
);

const subscriptions = new Set(['resources/subscribe', 'subscriptions/listen']);

/** Arguments that say what a tool acts on, the telling ones first. */
const targets = ['path', 'file_path', 'filePath', 'file', 'filename', 'uri', 'url', 'name', 'title', 'id'];
const questions = ['query', 'q', 'pattern', 'command', 'cmd', 'message'];
const recipients = ['to', 'recipient', 'destination'];
const longestQuote = 80;

/** The wish after "wants to": `delete note “welcome”`. Cuts nothing off: what is too long is left out. */
export function wish({ method, tool, resource, arguments: json }: Wish): string {
  if (method === 'prompts/get' && tool !== null) return `get the prompt ${quoted(tool)}`;
  if (resource !== null && tool === null) {
    return `${subscriptions.has(method) ? 'follow changes of' : 'read'} ${quoted(resource)}`;
  }
  if (tool === null) return methodWords[method] ?? `call ${visibleText(method)}`;
  const given = stringArguments(json);
  const target = quotable(given, [...targets, ...questions]);
  const recipient = quotable(given, recipients);
  const words = tool.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[\s_./:-]+/);
  const act = verbs.has((words[0] ?? '').toLowerCase()) ? words.join(' ').toLowerCase() : `use ${tool}`;
  return [visibleText(act), target, recipient && `to ${recipient}`].filter((part) => part !== null).join(' ');
}

function quotable(given: ReadonlyMap<string, string>, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = given.get(key);
    if (value !== undefined && value !== '' && value.length <= longestQuote && !value.includes('\n')) {
      return quoted(value);
    }
  }
  return null;
}

function quoted(text: string): string {
  return `“${visibleText(text)}”`;
}

/** Why a call was let through or refused, as a sentence for either verdict. */
const reasons: Readonly<Record<VerdictReason, { allow: string; deny: string }>> = {
  policy: { allow: 'The policy allows it.', deny: 'The policy denies it.' },
  audit_mode: {
    allow: 'The policy denies it. It was let through, because the mode is audit.',
    deny: 'The policy denies it.',
  },
  person: { allow: 'You allowed it.', deny: 'You denied it.' },
  no_answer: {
    allow: 'Nobody answered in time, and the configuration lets it through then.',
    deny: 'Nobody answered in time, so it was denied.',
  },
  nobody_to_ask: {
    allow: 'There was nobody to ask, and the configuration lets it through then.',
    deny: 'It needs an answer and there was nobody to ask, so it was denied.',
  },
  withdrawn: {
    allow: 'The client gave up before there was an answer.',
    deny: 'The client gave up before there was an answer, so nothing was sent.',
  },
  pass: { allow: 'The policy has no say in this method.', deny: 'The policy has no say in this method.' },
  policy_off: {
    allow: 'The policy is switched off: nothing is checked.',
    deny: 'The policy is switched off.',
  },
  paused: { allow: 'Everything was paused.', deny: 'Everything was paused, so it was refused.' },
  rate_limit: {
    allow: 'It came more often than the configured rate.',
    deny: 'A configured rate was used up, so it was refused.',
  },
  malformed: {
    allow: 'It was not a valid message.',
    deny: 'It was not a valid message, so it was refused.',
  },
  door: {
    allow: 'It was refused at the door.',
    deny: 'It was refused at the door: its Host, its Origin or its size is not accepted here.',
  },
  session: {
    allow: 'There was no session for it.',
    deny: 'There was no session for it: it named none that exists, or there were too many.',
  },
  version: {
    allow: 'It speaks a version of MCP that its server does not.',
    deny: 'It speaks a version of MCP that its server does not, so it was refused.',
  },
  token: {
    allow: 'It came without a token that is accepted here.',
    deny: 'It came without a token that is accepted here, so it was refused.',
  },
};

export function reasonSentence({ verdict, reason }: Pick<CallSummary, 'verdict' | 'reason'>): string {
  return reasons[reason][verdict];
}

/** What stands beside the verdict in a narrow column, where the policy alone is not the reason. */
const reasonNotes: Readonly<Record<VerdictReason, string>> = {
  policy: '',
  audit_mode: 'audit',
  person: 'by you',
  no_answer: 'no answer',
  nobody_to_ask: 'nobody to ask',
  withdrawn: 'withdrawn',
  pass: 'not checked',
  policy_off: 'policy off',
  paused: 'paused',
  rate_limit: 'too often',
  malformed: 'malformed',
  door: 'at the door',
  session: 'no session',
  token: 'no token',
  version: 'other version',
};

/** The four verdicts that have colour, shape and word. */
export type VerdictLook = 'allow' | 'deny' | 'ask' | 'unknown';

export const verdictWords: Readonly<Record<VerdictLook, string>> = {
  allow: 'Allowed',
  deny: 'Denied',
  ask: 'Asks',
  unknown: 'Unknown',
};

/** Verdict and note as a row of the log shows them. What the policy had no say in, or was overruled in, is grey. */
export function verdictOf({ verdict, reason }: Pick<CallSummary, 'verdict' | 'reason'>): {
  look: VerdictLook;
  word: string;
  note: string;
} {
  const note = reasonNotes[reason];
  if (verdict === 'deny') return { look: 'deny', word: verdictWords.deny, note };
  if (reason === 'pass') return { look: 'unknown', word: 'Passed', note };
  if (reason === 'policy_off') return { look: 'unknown', word: 'Passed', note };
  if (reason === 'audit_mode') return { look: 'unknown', word: 'Let through', note: 'audit' };
  return { look: 'allow', word: verdictWords.allow, note };
}

const statusWords: Readonly<Record<CallStatus, string>> = {
  pending: 'On its way',
  ok: 'Answered',
  error: 'Error',
  refused: 'Not sent',
  cancelled: 'Cancelled',
  upstream_error: 'Server failed',
  unknown: 'Unknown',
};

export function statusWord(status: CallStatus): string {
  return statusWords[status];
}

const statusSentences: Readonly<Record<CallStatus, string>> = {
  pending: 'It is on its way: the server has not answered yet.',
  ok: 'The server answered.',
  error: 'The server answered with an error.',
  refused: 'It never reached the server.',
  cancelled: 'The client cancelled it.',
  upstream_error: 'The server could not be reached or broke off.',
  unknown: 'It was on its way when the proxy ended: nobody knows whether the server did it.',
};

export function statusSentence(status: CallStatus): string {
  return statusSentences[status];
}

export const modeNames: Readonly<Record<PolicyMode, string>> = { enforce: 'Enforce', audit: 'Audit' };

export const modeSentences: Readonly<Record<PolicyMode, string>> = {
  enforce: 'What the policy denies is blocked.',
  audit: 'What the policy denies is recorded and let through.',
};

/** How the policy files stand to what is in force. */
export function policyStateSentence(state: {
  unsaved: number;
  refused: boolean;
  errors: number;
  inForce: boolean;
}): string {
  const { unsaved, refused, errors, inForce } = state;
  if (unsaved === 0) return inForce ? 'Saved and in force.' : 'Saved, but not in force.';
  const files = unsaved === 1 ? '1 file is not saved' : `${unsaved} files are not saved`;
  if (refused) return 'Not saved: the problems below are in the way. The policy in force has not changed.';
  if (errors > 0) return `${files}, and can't be: ${errors === 1 ? '1 error' : `${errors} errors`}.`;
  return `${files}.`;
}

export function testRunSentence({ results, diagnostics }: PolicyTestRun): string {
  const failed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'error').length;
  if (results.length === 0)
    return diagnostics.length > 0 ? "The tests couldn't be run." : 'There are no tests.';
  if (failed === 0)
    return results.length === 1 ? 'The one test passed.' : `All ${results.length} tests passed.`;
  return `${failed} of ${results.length} tests failed.`;
}

/** What a policy answers, as a replay and a try name it. */
export const answerWords: Readonly<Record<PolicyAnswer, string>> = {
  allow: 'Allow',
  ask: 'Ask',
  deny: 'Deny',
};

export function replaySentence(replay: PolicyReplay | null, running: boolean): string {
  if (running) {
    if (replay === null || replay.total === 0) return 'Getting the policies ready…';
    return `${count(replay.decided)} of ${count(replay.total)} calls, ${count(replay.changed)} would change.`;
  }
  if (replay === null) return 'How would these files have decided the calls so far?';
  if (replay.state === 'unusable') return "The policies can't be used as they are.";
  if (replay.state === 'failed') return 'The replay failed.';
  const stopped = replay.state === 'cancelled' ? 'Stopped. ' : '';
  if (replay.decided === 0) return `${stopped}No call was replayed.`;
  const changed = replay.changed === 0 ? 'None' : count(replay.changed);
  const changes = replay.changes
    .map(({ from, to, calls }) => `${count(calls)} from ${answerWords[from]} to ${answerWords[to]}`)
    .join(', ');
  return `${stopped}${changed} of ${counted(replay.decided, 'call')} would change${changes === '' ? '' : `: ${changes}`}.`;
}

const skippedReasons: Readonly<Record<UnknownInput, string>> = {
  no_record: 'are not in the log any more',
  not_asked: 'were decided without the policy',
  old_record: 'were recorded by an older version of the app',
  arguments_not_kept: 'were recorded without their arguments',
  arguments_cut: 'have arguments too long to be kept whole',
  damaged: "can't be read",
};

export function skippedSentence(skipped: PolicyReplay['skipped']): string {
  return `Left out: ${skipped.map(({ why, calls }) => `${count(calls)} ${skippedReasons[why]}`).join('; ')}.`;
}

/** Who put a version of the policies there. */
export const versionOrigins: Readonly<Record<PolicyVersion['by'], string>> = {
  shipped: 'Shipped',
  found: 'Found at the start',
  window: 'Saved here',
  outside: 'Edited elsewhere',
  update: 'App update',
  rollback: 'Put back',
};

export const diagnosticKinds: Readonly<Record<PolicyDiagnostic['kind'], string>> = {
  compile: 'Rego',
  schema: 'Input',
  data: 'Data',
  test: 'Test',
  time: 'Time',
};

export const transportNames: Readonly<Record<SessionSummary['transport'], string>> = {
  sse: 'HTTP+SSE',
  'streamable-http': 'Streamable HTTP',
  stateless: 'Streamable HTTP, stateless',
};

/** A server as sessions name it: `all` is no server, but all of them at one address. */
export function serverName(name: string): string {
  return name === 'all' ? 'all servers' : visibleText(name);
}

/** What `server.auth` means for callers. */
export const authSentences: Readonly<Record<GatewayStatus['auth'], string>> = {
  optional:
    'Callers without a token are let in as well, all as one and the same agent. A wrong token is refused.',
  required: 'Only callers with the token of a client are let in.',
};

/** How the gateway is, as the window's frame shows it. */
export type Condition = 'starting' | 'running' | 'attention' | 'paused' | 'stopped';

export function conditionOf(status: GatewayStatus | null): Condition {
  if (status === null) return 'starting';
  if (status.state !== 'running') return status.state;
  return status.problems.length > 0 ? 'attention' : 'running';
}

export const conditionWords: Readonly<Record<Condition, string>> = {
  starting: 'Starting',
  running: 'Running',
  attention: 'Needs attention',
  paused: 'Paused',
  stopped: 'Stopped',
};

/** The gateway's state in one sentence, after its word. */
export function stateSentence(status: GatewayStatus | null): string {
  if (status === null || status.state === 'starting') return 'The proxy is not listening yet.';
  if (status.state === 'stopped') return 'No call gets through until the proxy runs again.';
  if (status.state === 'paused')
    return 'Every call is refused until you resume, and those under way were stopped. Sessions stay open.';
  if (!status.policyEnabled) return 'The policy is switched off: calls are recorded, none is checked.';
  const forAll =
    status.mode === 'enforce'
      ? 'Every call is checked and recorded. What the policy denies is blocked.'
      : 'Every call is checked and recorded. What the policy denies is let through all the same.';
  return status.modeOverrides.length === 0 ? forAll : `${forAll} ${overridesSentence(status.modeOverrides)}`;
}

function overridesSentence(overrides: readonly ModeOverride[]): string {
  const each = overrides.map(({ of, name, mode }) => `${of} ${visibleText(name)} (${mode})`);
  return `The configuration has another mode for ${each.join(', ')}.`;
}

const ownFault = 'This is a fault of the app: please report it.';
const onceItRuns = 'Try again once the proxy runs; the Home view says how it is.';
const ways: Readonly<Record<string, string>> = {
  gateway_unavailable: onceItRuns,
  gateway_stopped: onceItRuns,
  bad_input: ownFault,
  bad_reply: ownFault,
  internal: ownFault,
  unknown_command: ownFault,
  client_exists: 'Choose another id.',
  client_unknown: 'The list shows those that there are.',
  clients_unwritten: "See that the disk is not full and that the app's folder can be written to.",
  // Their messages say it.
  client_configured: '',
  clients_unreadable: '',
  too_many_clients: '',
};

/** What to do about a failed command, by the code of its error. */
export function wayOut(code: string): string {
  return (
    ways[code] ?? 'Try again. If it keeps failing, quit the app from its tray icon and start it once more.'
  );
}
