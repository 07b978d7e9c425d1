// The JSON schema of the configuration file: it says the same as the program.
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../../../electron/gateway/config/config-schema.ts';

interface Node {
  readonly properties?: Record<string, Node>;
  readonly type?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly description?: string;
  readonly additionalProperties?: unknown;
}

const schema = configJsonSchema() as Node;
const at = (key: string) =>
  key.split('.').reduce<Node | undefined>((node, part) => node?.properties?.[part], schema);

it('names every section, and no other key', () => {
  expect(schema.additionalProperties).toBe(false);
  expect(Object.keys(schema.properties ?? {})).toEqual(
    expect.arrayContaining([
      'server',
      'upstream',
      'servers',
      'policy',
      'audit',
      'approvals',
      'metrics',
      'tls',
    ]),
  );
});

it('says what each value may be', () => {
  expect(at('policy.mode')).toMatchObject({ enum: ['enforce', 'audit'], default: 'enforce' });
  expect(at('server.listen.port')).toMatchObject({ type: 'integer', default: 3000 });
  expect(at('metrics.enabled')).toMatchObject({ type: 'boolean', default: false });
  const timeout = at('approvals.timeout');
  expect(timeout).toMatchObject({ type: 'string', default: '120s' });
  expect(timeout?.description).toContain('a duration such as');
  const duration = new RegExp(timeout?.pattern ?? '', 'u');
  expect(['30s', '1h30m', '1.5s', '30', '5 minutes'].map((text) => duration.test(text))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
