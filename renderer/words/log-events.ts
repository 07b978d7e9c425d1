// What happened besides calls, as sentences.
import type { AuditEvent } from '../../electron/shared/audit-events.ts';
import type { LoggedEvent } from '../../electron/shared/audit-search.ts';
import { counted, dayAndTime, span, timeOfDay } from '../format.ts';
import { visibleText } from '../visible-text.ts';
import { modeNames } from './policies.ts';

/** An event with its details at hand; a log that an older version wrote may lack some of them. */
interface Told {
  readonly subject: string;
  /** A detail as text, empty where there is none. */
  text(name: string): string;
  /** A detail as a number, 0 where there is none. */
  number(name: string): number;
  /** How many entries a detail has that is a list. */
  length(name: string): number;
  /** The entries of a detail that is a list. */
  list(name: string): string;
  has(name: string): boolean;
}

type Kind = AuditEvent['kind'];

const named = (what: string, name: string) => (name === '' ? what : `${what} “${name}”`);
const mode = (name: string) => (name === 'enforce' || name === 'audit' ? modeNames[name] : name);

const testOutcomes: Readonly<Record<string, string>> = {
  ok: 'it works',
  failed: 'it does not work',
  cancelled: 'the test was ended',
};

const sentences: Readonly<Record<Kind, (event: Told) => string>> = {
  'chain.begun': (e) =>
    e.number('calls') === 0
      ? 'The log was begun: from here on each record vouches for the one before it.'
      : `The chain was begun: ${counted(e.number('calls'), 'older call')} without one came under it.`,
  'log.opened': (e) =>
    e.number('unknown') === 0
      ? 'The log was opened.'
      : `The log was opened. ${counted(e.number('unknown'), 'call')} had no end when the proxy did: nobody knows what became of them.`,
  'log.cut': (e) =>
    `The log was shorter than it was signed: records ${e.number('from')} to ${e.number('to')} were missing.`,
  'log.salvaged': (e) =>
    `The log was damaged (${e.text('problem')}): ${counted(e.number('calls'), 'call')} could be read and are kept. The damaged file is ${e.text('aside')}.`,
  'log.gap': (e) =>
    `The log could not be written from ${timeOfDay(e.number('from'))} to ${timeOfDay(e.number('to'))} (${e.text('problem')}): ${counted(e.number('denied'), 'call')} denied for it, ${counted(e.number('unrecorded'), 'call')} let through without a record.`,
  'log.trimmed': (e) =>
    `${counted(e.number('records'), 'record')} deleted, ${e.has('before') ? `those from before ${dayAndTime(e.number('before'))}` : 'because the log had grown too large'}.`,
  'log.unshipped': (e) =>
    `${counted(e.number('records'), 'record')} will never be shipped (${e.number('from')} to ${e.number('to')}): ${e.text('why') === 'retention' ? 'they were deleted before the collector took them' : 'more waited for the collector than may'}.`,
  'log.exported': (e) =>
    `${counted(e.number('records'), 'record')} exported as ${e.subject}${e.has('file') ? ` to ${e.text('file')}` : ''}.`,
  'log.read': (e) =>
    `${counted(e.number('records'), 'record')} read over the admin API, in ${counted(e.number('requests'), 'request')}.`,
  'key.created': (e) =>
    `A key to sign the log with was made; it is kept in ${e.text('protection') === 'keychain' ? 'the keychain' : 'a file'}.`,

  'key.replaced': (e) =>
    `A new key signs the log from here on, ${e.subject}; the one before it has signed that.`,
  'app.started': (e) => `The proxy was started, version ${e.text('version')}.`,
  'app.stopped': () => 'The proxy was ended.',
  'config.loaded': (e) =>
    e.subject === '' ? 'It runs without a configuration file.' : `The configuration ${e.subject} was read.`,
  'config.changed': (e) => `Settings were changed: ${e.list('keys') || 'none that is known here'}.`,
  'config.set': (e) =>
    e.has('value')
      ? `The setting ${e.subject} was set to ${e.text('value')}${e.has('before') ? `; it was ${e.text('before')}` : ''}.`
      : `The setting ${e.subject} was put back to what holds without the window.`,
  'mode.set': (e) => `The mode was changed from ${mode(e.text('before'))} to ${mode(e.text('mode'))}.`,
  'pause.set': (e) =>
    e.text('paused') === 'true' ? 'Everything was paused: each call is denied.' : 'It was resumed.',

  'policy.in_force': (e) =>
    e.subject === ''
      ? 'No policy is in force: each call is denied.'
      : `Version ${e.subject} of the policies came into force, ${counted(e.length('files'), 'file')}.`,
  'policy.refused': (e) =>
    `Policies were not put in force: ${e.text('why')} ${e.subject === '' ? '' : `Version ${e.subject} goes on.`}`,
  'policy.rolled_back': (e) => `Version ${e.subject} of the policies was put back.`,

  'server.started': (e) => `${named('The server', e.subject)} was started: ${e.text('command')}`,
  'server.ended': (e) => `${named('The server', e.subject)} ended.`,
  'server.stopped': (e) => `${named('The server', e.subject)} was stopped: its calls get an error.`,
  'server.resumed': (e) => `${named('The server', e.subject)} takes calls again.`,
  'server.restarted': (e) => `${named('The server', e.subject)} was started anew.`,
  'server.tested': (e) =>
    `${named('The server', e.subject)} was tested: ${testOutcomes[e.text('outcome')] ?? e.text('outcome')}.`,

  'client.registered': (e) =>
    `${named('The client', e.text('name') || e.subject)} was registered and has a token.`,
  'client.rotated': (e) => `${named('The client', e.subject)} got a new token; the old one is void.`,
  'client.removed': (e) => `${named('The client', e.subject)} was removed; its token is void.`,
  'client.restored': (e) => `${named('The client', e.subject)} was put back; its token holds again.`,

  'session.opened': (e) =>
    `${e.has('client') ? named('The client', e.text('client')) : named('The agent', e.text('agent'))} connected.`,
  'session.stopped': () => 'A session was ended by you.',
  'session.ended': (e) => `A session ended after ${span(e.number('lastedMs'))}.`,

  'approval.granted': (e) =>
    `You answered for ${e.text('what')}${e.has('until') ? `, until ${dayAndTime(e.number('until'))}` : ''}.`,
  'approval.revoked': (e) => `An answer holds no more: ${e.text('what')}.`,

  'refusals.counted': (e) =>
    `${counted(e.number('count'), 'more message')} refused${e.subject === '' ? '' : ` of ${e.subject}`}: too many for a record of each.`,
};

/** What kinds are called in a menu, by what they begin with. */
const kindNames: Readonly<Record<Kind, string>> = {
  'chain.begun': 'Log begun',
  'log.opened': 'Log opened',
  'log.cut': 'Log cut short',
  'log.salvaged': 'Log salvaged',
  'log.gap': 'Log not writable',
  'log.trimmed': 'Old records deleted',
  'log.unshipped': 'Not shipped',
  'log.exported': 'Exported',
  'log.read': 'Read over the API',
  'key.created': 'Key made',
  'key.replaced': 'Key replaced',
  'app.started': 'Proxy started',
  'app.stopped': 'Proxy ended',
  'config.loaded': 'Configuration read',
  'config.changed': 'Settings changed',
  'config.set': 'Setting made in the window',
  'mode.set': 'Mode changed',
  'pause.set': 'Paused or resumed',
  'policy.in_force': 'Policy in force',
  'policy.refused': 'Policy refused',
  'policy.rolled_back': 'Policy put back',
  'server.started': 'Server started',
  'server.ended': 'Server ended',
  'server.stopped': 'Server stopped',
  'server.resumed': 'Server resumed',
  'server.restarted': 'Server restarted',
  'server.tested': 'Server tested',
  'client.registered': 'Client registered',
  'client.rotated': 'Token renewed',
  'client.removed': 'Client removed',
  'client.restored': 'Client put back',
  'session.opened': 'Session opened',
  'session.stopped': 'Session ended by you',
  'session.ended': 'Session ended',
  'approval.granted': 'Answer given',
  'approval.revoked': 'Answer taken back',
  'refusals.counted': 'Refusals counted',
};

const isKind = (kind: string): kind is Kind => Object.hasOwn(sentences, kind);

/** A name for a kind of event; that of a newer version is shown as it is. */
export function eventName(kind: string): string {
  return isKind(kind) ? kindNames[kind] : visibleText(kind);
}

export function eventSentence({ kind, subject, details }: LoggedEvent): string {
  if (!isKind(kind)) return visibleText(`${kind} ${subject}`.trim());
  const read = objectOf(details);
  const sentence = sentences[kind]({
    subject,
    text: (name) => plain(read[name]),
    number: (name) => Number(read[name] ?? 0),
    length: (name) => (Array.isArray(read[name]) ? read[name].length : 0),
    list: (name) => (Array.isArray(read[name]) ? read[name].join(', ') : ''),
    has: (name) => read[name] !== undefined && read[name] !== null,
  });
  return visibleText(sentence.trim());
}

/** What is neither text, number nor truth value is told by its details alone. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function objectOf(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
