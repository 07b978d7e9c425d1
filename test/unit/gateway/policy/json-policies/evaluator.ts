// JSON policies read for themselves, as policies/README.md describes them: the judge of what their Rego decides.
import type { Call } from '../../../../../electron/gateway/call.ts';
import { buildInput } from '../../../../../electron/gateway/policy/input.ts';

export interface PlainPolicy {
  readonly defaults?: { readonly action?: string; readonly rate_limit?: number };
  readonly rules: readonly PlainRule[];
}
export interface PlainRule {
  readonly type: string;
  readonly priority?: number;
  readonly enabled?: boolean;
  readonly action: string;
  readonly conditions: Plain;
}
type Plain = Readonly<Record<string, unknown>>;

/** Whether the call is allowed. */
export function judgeRules({ defaults, rules }: PlainPolicy, call: Call): boolean {
  const input = buildInput(call, { environment: 'test', proxyRegion: 'here' }) as Plain;
  const count = call.session.requestCount;
  const enabled = rules.filter((rule) => rule.enabled ?? true);
  const limits = enabled.filter(({ type }) => type === 'rate_limit');
  if (count > (defaults?.rate_limit ?? Infinity) && !limits.some((rule) => limitsAgent(rule, call)))
    return false;
  const ordered = enabled.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  const first = ordered.find((rule) => applies(rule, call, input));
  if (first !== undefined) return first.action === 'allow';
  if (defaults?.action === 'allow') return true;
  return enabled.some(
    ({ type, action, conditions }) =>
      type === 'capability' &&
      action === 'deny' &&
      conditions.tool === (call.tool ?? '') &&
      has(call, conditions),
  );
}

function applies(rule: PlainRule, call: Call, input: Plain): boolean {
  const { conditions } = rule;
  switch (rule.type) {
    case 'capability':
      return conditions.tool === (call.tool ?? '') && has(call, conditions) === (rule.action === 'allow');
    case 'blocklist': {
      const field = { tool: call.tool ?? '', agent: call.agent.id, did: '' }[String(conditions.match_type)];
      return (conditions.values as unknown[]).includes(field);
    }
    case 'rate_limit':
      return limitsAgent(rule, call) && call.session.requestCount > Number(conditions.limit);
    default:
      return holds(conditions, input);
  }
}

function limitsAgent({ conditions }: PlainRule, { agent }: Call): boolean {
  if (typeof conditions.agent_id === 'string') return conditions.agent_id === agent.id;
  return (
    typeof conditions.agent_pattern !== 'string' || new RegExp(conditions.agent_pattern, 'u').test(agent.id)
  );
}

function has({ agent }: Call, { requires_capability: required }: Plain): boolean {
  return agent.capabilities.some(
    (granted) =>
      granted === required ||
      granted === '*' ||
      (granted.endsWith(':*') && String(required).startsWith(granted.slice(0, -1))),
  );
}

function holds(condition: Plain, input: Plain): boolean {
  if ('op' in condition)
    return compares(String(condition.op), at(input, String(condition.field)), condition.value);
  return Object.entries(condition).every(([key, value]) => {
    const entries = () => Object.entries(value as Plain);
    switch (key) {
      case 'all':
        return (value as Plain[]).every((each) => holds(each, input));
      case 'any':
        return (value as Plain[]).some((each) => holds(each, input));
      case 'not':
        return !holds(value as Plain, input);
      case 'tool_in':
        return (value as unknown[]).includes(input.tool);
      case 'agent_in':
        return (value as unknown[]).includes(at(input, 'agent.id'));
      case 'field_equals':
        return entries().every(([field, wanted]) => at(input, field) === wanted);
      case 'field_in':
        return entries().every(([field, wanted]) => (wanted as unknown[]).includes(at(input, field)));
      case 'field_matches':
        return entries().every(([field, pattern]) => compares('matches', at(input, field), pattern));
      default:
        return at(input, key) === value;
    }
  });
}

function compares(op: string, found: unknown, wanted: unknown): boolean {
  const sameKind = typeof found === typeof wanted;
  const texts = typeof found === 'string' && typeof wanted === 'string';
  switch (op) {
    case 'eq':
      return found === wanted;
    case 'ne':
      return found !== wanted;
    case 'gt':
      return sameKind && (found as number) > (wanted as number);
    case 'gte':
      return sameKind && (found as number) >= (wanted as number);
    case 'lt':
      return sameKind && (found as number) < (wanted as number);
    case 'lte':
      return sameKind && (found as number) <= (wanted as number);
    case 'contains':
      return Array.isArray(found) ? found.includes(wanted) : texts && found.includes(wanted);
    case 'startswith':
      return texts && found.startsWith(wanted);
    case 'endswith':
      return texts && found.endsWith(wanted);
    case 'matches':
      return texts && new RegExp(wanted, 'u').test(found);
    case 'in':
      return (wanted as unknown[]).includes(found);
    case 'not_in':
      return !(wanted as unknown[]).includes(found);
    default:
      throw new Error(`No operator ${op}`);
  }
}

function at(input: Plain, path: string): unknown {
  return path
    .replace(/^input\./u, '')
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
          ? (value as Plain)[name]
          : undefined,
      input,
    );
}
