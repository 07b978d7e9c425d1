// Requests of MCP 2026-07-28, as its clients send them.
import { metaKeys } from '../../../electron/gateway/wire/request-meta.ts';

export const MODERN = '2026-07-28';

export const modernMeta = {
  [metaKeys.protocolVersion]: MODERN,
  [metaKeys.clientInfo]: { name: 'tester', version: '3' },
  [metaKeys.clientCapabilities]: {},
};

export const modern = (id: string | number, method: string, params: object = {}) => ({
  id,
  method,
  params: { ...params, _meta: { ...modernMeta, ...('_meta' in params ? (params._meta as object) : {}) } },
});

export const modernCall = (id: string | number, tool: string, args: object = {}) =>
  modern(id, 'tools/call', { name: tool, arguments: args });

export const listen = (id: string | number, resourceSubscriptions: readonly string[] = []) =>
  modern(id, 'subscriptions/listen', { notifications: { toolsListChanged: true, resourceSubscriptions } });
