// What a client wants, in words made from the tool and its arguments.
import { stringArguments } from '../argument-tree.ts';
import { visibleText } from '../visible-text.ts';

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
