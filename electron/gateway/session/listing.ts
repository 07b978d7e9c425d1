// Shows each client those tools, prompts and resources of a server that the policy would not deny it.
import type { Call } from '../call.ts';
import type { Logger, PolicyEngine } from '../ports.ts';
import type { VerdictSettings } from '../verdict-path.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { ResponseMessage } from '../wire/json-rpc.ts';
import { filterList, keptBriefly, type ListShape } from './list-filter.ts';
import type { ToolDescriptions } from './tool-descriptions.ts';

/** The capability under which a server declares what it lists, and whether it tells of changes. */
export type ListedBy = 'tools' | 'prompts' | 'resources';

interface ListKind extends ListShape {
  readonly listedBy: ListedBy;
  /** What a client does with an item, and the policy decides about. */
  readonly call: 'tools/call' | 'prompts/get' | 'resources/read';
  readonly isTemplate?: true;
}

/** By the methods that router/method-table.ts has filtered. */
const kinds: ReadonlyMap<string, ListKind> = new Map<string, ListKind>([
  ['tools/list', { listedBy: 'tools', member: 'tools', key: 'name', call: 'tools/call' }],
  ['prompts/list', { listedBy: 'prompts', member: 'prompts', key: 'name', call: 'prompts/get' }],
  ['resources/list', { listedBy: 'resources', member: 'resources', key: 'uri', call: 'resources/read' }],
  [
    'resources/templates/list',
    {
      listedBy: 'resources',
      member: 'resourceTemplates',
      key: 'uriTemplate',
      call: 'resources/read',
      isTemplate: true,
    },
  ],
]);

/** What becomes of the answer to a list request. */
export interface ListAnswer {
  readonly bytes: Buffer;
  readonly listedBy: ListedBy;
  /** Whether the policy would leave something out, also while it is not in force. */
  readonly hides: boolean;
}

export interface Listing {
  /** @param list the request, of a method that is treated by `filter` */
  answer(list: Call, response: ResponseMessage): ListAnswer;
  /** Whether a client may hear of this resource; `call` is any of its calls, and says who it is. */
  showsResource(call: Call, uri: string): boolean;
}

export interface ListingCollaborators {
  readonly policy: Pick<PolicyEngine, 'lists'>;
  readonly settings: (call: Call) => VerdictSettings;
  readonly descriptions: Pick<ToolDescriptions, 'seen'>;
  readonly logger: Logger;
}

export function createListing({ policy, settings, descriptions, logger }: ListingCollaborators): Listing {
  /** While nothing is denied by policy nothing is hidden; while all is paused, the policy is not asked. */
  function isInForce(call: Call): boolean {
    const { mode, paused, policyEnabled } = settings(call);
    return policyEnabled && !paused && mode === 'enforce';
  }

  return {
    answer(list, response) {
      const kind = kinds.get(list.method);
      if (kind === undefined) throw new Error(`${list.method} is no list`);
      const { listedBy } = kind;
      if (list.method === 'tools/list') descriptions.seen(list, response);
      const whole = { bytes: keptBriefly(response.bytes, response.result), listedBy };
      if (response.error !== null || !settings(list).policyEnabled) return { ...whole, hides: false };
      const filtered = filterList(response.bytes, kind, (item) =>
        policy.lists(callOf(list, kind, item), kind.isTemplate === true),
      );
      const hides = !filtered.ok || filtered.hidden > 0;
      if (!isInForce(list)) return { ...whole, hides };
      const seen = { requestId: list.requestId, server: list.server, method: list.method };
      if (!filtered.ok) {
        logger.warn('list_unreadable', { ...seen, why: filtered.why });
        const message = `The MCP server sent a list that can't be filtered by policy: ${filtered.why}`;
        return { bytes: errorResponse(response.id, { error: 'upstream', message }), listedBy, hides };
      }
      if (hides) logger.debug('list_filtered', { ...seen, hidden: filtered.hidden });
      return { bytes: keptBriefly(filtered.bytes, response.result), listedBy, hides };
    },

    showsResource(call, uri) {
      const kind = { call: 'resources/read', key: 'uri' } as const;
      return !isInForce(call) || policy.lists(callOf(call, kind, uri), false);
    },
  };
}

/** The call that a client would make of an item, as the policy would see it but for the arguments. */
function callOf(by: Call, { call, key }: Pick<ListKind, 'call' | 'key'>, item: string): Call {
  const target =
    key === 'name'
      ? { tool: item, resource: null, resources: [], arguments: {} }
      : { tool: null, resource: item, resources: [item], arguments: { uri: item } };
  return { ...by, ...target, method: call, treatment: 'enforce' };
}
