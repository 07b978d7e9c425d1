// Which resources a client wants to follow by `subscriptions/listen` (MCP 2026-07-28, subscriptions).
import { isMisread } from '../wire/member-names.ts';
import { isObject } from '../wire/json-object.ts';

/** Each of them costs a verdict. */
export const MAX_FOLLOWED = 100;

const FILTER = 'notifications';
const FOLLOWED = 'resourceSubscriptions';

/** Undefined where that can't be said for certain, for a server might read it otherwise, and where it is too many. */
export function followedResources(params: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const filter = params[FILTER] ?? {};
  if (!isObject(filter) || isMisread(params, FILTER) || isMisread(filter, FOLLOWED)) return undefined;
  const uris: unknown = filter[FOLLOWED] ?? [];
  return isListOfText(uris) && uris.length <= MAX_FOLLOWED ? uris : undefined;
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
