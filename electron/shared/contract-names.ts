// The contract's names without its schemas: all that the preload needs, so that it stays free of Zod.
import type { CommandName, WindowCommands, WindowEventName } from './contract.ts';

/** The single IPC channel for commands and the single one for events. */
export const commandChannel = 'mcp-proxy:command';
export const eventChannel = 'mcp-proxy:event';

// Records rather than lists, because a record that lacks a name of the contract, or has one too many, does not compile.
const commands = {
  'status.read': true,
  'calls.page': true,
  'calls.read': true,
  'calls.search': true,
  'calls.count': true,
  'calls.histogram': true,
  'calls.top': true,
  'calls.values': true,
  'calls.story': true,
  'events.search': true,
  'index.read': true,
  'searches.list': true,
  'searches.save': true,
  'searches.remove': true,
  'approvals.list': true,
  'approvals.answer': true,
  'mode.set': true,
  'pause.set': true,
  'policy.read': true,
  'policy.files': true,
  'policy.check': true,
  'policy.save': true,
  'policy.format': true,
  'policy.rego': true,
  'policy.test': true,
  'policy.history': true,
  'policy.version': true,
  'policy.rollback': true,
  'policy.updates': true,
  'policy.keep': true,
  'policy.input': true,
  'policy.try': true,
  'policy.replay': true,
  'policy.replay.read': true,
  'policy.replay.cancel': true,
  'policy.replay.changes': true,
  'policy.learn': true,
  'policy.learn.cancel': true,
  'policy.propose': true,
  'policy.compose': true,
  'demo.run': true,
  'sessions.end': true,
  'clients.list': true,
  'clients.register': true,
  'clients.rotate': true,
  'clients.remove': true,
  'clients.restore': true,
  'app.info': true,
  'drafts.read': true,
  'drafts.write': true,
  'clipboard.write': true,
  'gateway.restart': true,
} satisfies Record<CommandName<WindowCommands>, true>;

const events = {
  'status.changed': true,
  'approvals.changed': true,
  'calls.changed': true,
  'demo.changed': true,
  'clients.changed': true,
  'alert.raised': true,
  'policy.changed': true,
  'policy.replay.changed': true,
  'policy.learn.changed': true,
  'place.show': true,
} satisfies Record<WindowEventName, true>;

export const windowCommandNames: ReadonlySet<string> = new Set(Object.keys(commands));
export const windowEventNames: ReadonlySet<string> = new Set(Object.keys(events));
