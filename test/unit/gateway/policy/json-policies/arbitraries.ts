// Random JSON policies and calls over small vocabularies, so that they meet often.
import fc from 'fast-check';
import type { Call } from '../../../../../electron/gateway/call.ts';
import { asRequest, call } from '../engines.ts';
import type { PlainPolicy } from './evaluator.ts';

const tools = fc.constantFrom('read_file', 'write_file', 'send', 'röad\u{1f600}', '');
const agents = fc.constantFrom('cursor', 'support-1', 'other');
const capabilities = fc.constantFrom('read:*', 'read:files', 'write:files', '*', 'read');
const fields = fc.constantFrom(
  ...[
    'tool',
    'input.request.tool',
    'agent.id',
    'agent.capabilities',
    'session.request_count',
    'identity.verified',
  ],
  ...['arguments.path', 'request.arguments.deep.user-id', 'arguments.list', 'arguments.none.if'],
);
const values = fc.oneof(
  tools,
  agents,
  fc.constantFrom<string | number | boolean | null>('/etc', 'e', '', 3, 50, 1.5, true, false, null, '3'),
);
const texts = fc.oneof(tools, agents, fc.constantFrom('e', '/etc/', 'r'));
const patterns = fc.constantFrom('^read', 'e$', '^(a+)+$', '.*', '^support-\\d$', '/etc/.+', '^$', '[^a-z]');
const some = <T>(of: fc.Arbitrary<T>) => fc.uniqueArray(of, { minLength: 1, maxLength: 3 });

const comparison = fc.oneof(
  fc.record({ field: fields, op: fc.constantFrom('eq', 'ne'), value: values }),
  fc.record({
    field: fields,
    op: fc.constantFrom('gt', 'gte', 'lt', 'lte'),
    value: fc.oneof(fc.integer({ min: 0, max: 60 }), texts),
  }),
  fc.record({ field: fields, op: fc.constantFrom('contains', 'startswith', 'endswith'), value: texts }),
  fc.record({ field: fields, op: fc.constant('matches'), value: patterns }),
  fc.record({ field: fields, op: fc.constantFrom('in', 'not_in'), value: some(values) }),
);

const { condition } = fc.letrec<{ condition: Record<string, unknown> }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.record({ tool_in: some(tools) }),
    fc.record({ agent_in: some(agents) }),
    fc.dictionary(fields, values, { minKeys: 1, maxKeys: 2 }),
    fc.record({ field_equals: fc.dictionary(fields, values, { minKeys: 1, maxKeys: 2 }) }),
    fc.record({ field_in: fc.dictionary(fields, some(values), { minKeys: 1, maxKeys: 2 }) }),
    fc.record({ field_matches: fc.dictionary(fields, patterns, { minKeys: 1, maxKeys: 2 }) }),
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
    fc.record({ not: tie('condition'), any: fc.array(tie('condition'), { minLength: 1, maxLength: 2 }) }),
  ),
}));

const actions = fc.constantFrom('allow', 'deny');
const shared = { priority: fc.constantFrom(0, 1, 5, 5.5), enabled: fc.constantFrom(true, true, true, false) };
const rule = fc.oneof(
  fc.record({
    ...shared,
    type: fc.constant('capability'),
    action: actions,
    conditions: fc.record({ tool: tools, requires_capability: fc.constantFrom('read:files', 'write:files') }),
  }),
  fc.record({
    ...shared,
    type: fc.constant('blocklist'),
    action: actions,
    conditions: fc.oneof(
      fc.record({ match_type: fc.constantFrom('tool', 'did'), values: some(tools) }),
      fc.record({ match_type: fc.constant('agent'), values: some(agents) }),
    ),
  }),
  fc.record({
    ...shared,
    type: fc.constant('rate_limit'),
    action: fc.constant('deny'),
    conditions: fc.oneof(
      fc.record({ limit: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ limit: fc.integer({ min: 1, max: 60 }), agent_id: agents }),
      fc.record({ limit: fc.integer({ min: 1, max: 60 }), agent_pattern: patterns }),
    ),
  }),
  fc.record({ ...shared, type: fc.constant('custom'), action: actions, conditions: condition }),
  fc.record({ ...shared, type: fc.constant('custom'), action: actions, conditions: condition }),
);

export const policies: fc.Arbitrary<PlainPolicy & object> = fc
  .record({
    defaults: fc.record(
      { action: actions, rate_limit: fc.integer({ min: 1, max: 60 }) },
      { requiredKeys: ['action'] },
    ),
    rules: fc.array(rule, { minLength: 1, maxLength: 6 }),
  })
  .map(({ defaults, rules }) => ({
    version: '1.0',
    name: 'p',
    defaults,
    rules: rules.map((each, index) => ({ id: `r-${index}`, ...each })),
  }));

export const calls: fc.Arbitrary<Call> = fc
  .record({
    tool: fc.option(tools),
    agent: agents,
    granted: fc.uniqueArray(capabilities, { maxLength: 2 }),
    requestCount: fc.integer({ min: 1, max: 61 }),
    args: fc.record(
      {
        path: fc.constantFrom('/etc/passwd', '/tmp', 3, null, ['e']),
        deep: fc.record({ 'user-id': values }),
        list: fc.array(values, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ tool, agent: id, granted, requestCount, args }) =>
    call('any', args, {
      tool,
      agent: { id, name: id, capabilities: granted, model: '', publisher: '', tags: [] },
      ...asRequest(requestCount),
    }),
  );
