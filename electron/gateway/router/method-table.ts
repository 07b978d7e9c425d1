// Which methods are policy-checked, and where each one names what it acts on.
import type { Treatment } from '../call.ts';

export interface MethodRule {
  readonly treatment: Treatment;
  /** The member of params that holds the tool's or prompt's name. */
  readonly tool?: 'name';
  /** Where params name the resources: by one URI, or in the filter of a subscription. */
  readonly resources?: 'uri' | 'filter';
}

/**
 * Every method of MCP 2024-11-05 to 2026-07-28 that a client may send. What is not here is policy-checked
 * like a call: a method that nobody has heard of is never waved through.
 */
const methods: Readonly<Record<string, MethodRule>> = {
  'tools/call': { treatment: 'enforce', tool: 'name' },
  'prompts/get': { treatment: 'enforce', tool: 'name' },
  'resources/read': { treatment: 'enforce', resources: 'uri' },
  'resources/subscribe': { treatment: 'enforce', resources: 'uri' },
  'subscriptions/listen': { treatment: 'enforce', resources: 'filter' },
  'completion/complete': { treatment: 'enforce' },
  'tasks/get': { treatment: 'enforce' },
  'tasks/result': { treatment: 'enforce' },
  'tasks/list': { treatment: 'enforce' },
  'tasks/update': { treatment: 'enforce' },
  'tasks/cancel': { treatment: 'enforce' },

  'tools/list': { treatment: 'filter' },
  'prompts/list': { treatment: 'filter' },
  'resources/list': { treatment: 'filter' },
  'resources/templates/list': { treatment: 'filter' },

  initialize: { treatment: 'pass' },
  'server/discover': { treatment: 'pass' },
  ping: { treatment: 'pass' },
  'resources/unsubscribe': { treatment: 'pass' },
  'logging/setLevel': { treatment: 'pass' },

  'notifications/initialized': { treatment: 'pass' },
  'notifications/cancelled': { treatment: 'pass' },
  'notifications/progress': { treatment: 'pass' },
  'notifications/roots/list_changed': { treatment: 'pass' },
  'notifications/tasks/status': { treatment: 'pass' },
};

/** Those that policies decide. */
export const enforcedMethods: readonly string[] = Object.keys(methods).filter(
  (method) => methods[method]?.treatment === 'enforce',
);

const unknownMethod: MethodRule = { treatment: 'enforce' };

export function ruleFor(method: string): MethodRule {
  return Object.hasOwn(methods, method) ? (methods[method] ?? unknownMethod) : unknownMethod;
}
