import { describe, expect, it } from 'vitest';
import { denialData } from '../../../../electron/gateway/policy/denial-data.ts';
import { decision } from '../fakes.ts';
import { by, call } from './engines.ts';

describe('the data of a -32001 error', () => {
  const denied = decision({ allow: false, violations: ['no'], requiredCapability: 'delete:notes' });

  it('has the members of the Go server', () => {
    const refused = call('delete_note', {}, { requestId: 'req_1', at: 1_750_000_000_000, ...by('read:*') });
    expect(denialData(refused, denied, 'enforce')).toEqual({
      request_id: 'req_1',
      agent_id: 'cursor',
      tool: 'delete_note',
      required_capability: 'delete:notes',
      agent_capabilities: ['read:*'],
      violations: ['no'],
      policy_mode: 'enforce',
      timestamp: '2025-06-15T15:06:40.000Z',
    });
  });

  it('leaves out tool and capability where there is none', () => {
    const data = denialData(call('x', {}, { tool: null }), { ...denied, requiredCapability: null }, 'audit');
    expect(Object.keys(data)).not.toContain('tool');
    expect(Object.keys(data)).not.toContain('required_capability');
    expect(data.policy_mode).toBe('audit');
  });
});
