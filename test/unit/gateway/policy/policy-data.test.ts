import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicyData } from '../../../../electron/gateway/policy/policy-data.ts';
import { describeFailure } from '../../../../electron/gateway/policy/policy-failure.ts';
import { folderOf, shippedData } from './places.ts';

const reading = (text: string) =>
  readPolicyData(join(folderOf({ 'policy_data.json': text }), 'policy_data.json'));

async function complaint(text: string): Promise<string> {
  const read = await reading(text);
  return read.ok ? '' : describeFailure(read.failure);
}

describe('policy_data.json', () => {
  it('is none where none is named', async () => {
    expect(await readPolicyData(null)).toEqual({ ok: true, value: null });
  });

  it('ships in a usable form, with the keys of the Go server and our own', async () => {
    const read = await readPolicyData(shippedData);
    expect(read.ok && Object.keys(read.value?.data ?? {}).sort()).toEqual([
      'alert_tools',
      'allowed_dids',
      'ask_tools',
      'blocked_agents',
      'blocked_dids',
      'blocked_models_for_pii',
      'blocked_tools',
      'identity_required_tools',
      'pii_tools',
      'rate_limits',
      'redact_arguments',
      'tool_capabilities',
      'tool_notes',
      'trusted_publishers',
    ]);
  });

  it('may have keys for policies of one own', async () => {
    expect(await reading('{"office_hours": [8, 18]}')).toMatchObject({
      ok: true,
      value: { data: { office_hours: [8, 18] } },
    });
  });

  it.each([
    ['{"blocked_tools": "rm_rf"}', 'blocked_tools'],
    ['{"blocked_agents": [1]}', 'blocked_agents.0'],
    ['{"tool_capabilities": ["read_note"]}', 'tool_capabilities'],
    ['{"rate_limits": {"default": "100"}}', 'rate_limits.default'],
    ['{"mcp": {"policy": {"allow": true}}}', 'mcp'],
    ['[]', 'expected object'],
  ])('%s is refused, because Rego would pass over it', async (text, place) => {
    expect(await complaint(text)).toContain(`policy_data.json: `);
    expect(await complaint(text)).toContain(place);
  });

  it('says where it is not JSON, or not there', async () => {
    expect(await complaint('{"a": 1,\n}')).toMatch(/^policy_data\.json: .*line 2/u);
    expect(await readPolicyData('/nowhere/policy_data.json')).toMatchObject({ ok: false });
  });
});
