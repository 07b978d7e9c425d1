// Which calls have something in them that the log would leave out.
import { describe, expect, it } from 'vitest';
import { holdsSecret } from '../../../../electron/gateway/audit/holds-secret.ts';
import type { Call } from '../../../../electron/gateway/call.ts';
import { callOf, decision, request, toolCall } from '../fakes.ts';
import { sampleRedactor } from '../redaction/sample.ts';

const token = `ghp_${'aB3dE5fG7h'.repeat(4)}`;
const holds = (call: Call, settings: object = {}, decided = decision()) =>
  holdsSecret(call, decided, sampleRedactor(settings));
const resource = (uri: string) => callOf(request(1, 'resources/read', { uri }));

describe('holdsSecret', () => {
  it('is false for what the log keeps as it came', () => {
    expect(holds(toolCall('send', { to: 'anna' }))).toBe(false);
    expect(holds(resource('file:///notes'))).toBe(false);
  });

  it('sees a secret by its form and by its name, in arguments and in what is read', () => {
    expect(holds(toolCall('send', { text: [`use ${token}`] }))).toBe(true);
    expect(holds(toolCall('send', { password: 'x' }))).toBe(true);
    expect(holds(resource(`https://example.org/?token=${token}`))).toBe(true);
  });

  it('goes by the rules for the tool', () => {
    const named = { tools: { send: { keys: ['to'] } } };
    expect(holds(toolCall('send', { to: 'anna' }), named)).toBe(true);
    expect(holds(toolCall('read', { to: 'anna' }), named)).toBe(false);
    const excepted = { tools: { send: { enabled: false } } };
    expect(holds(toolCall('send', { password: 'x' }), excepted)).toBe(false);
    expect(holds(toolCall('read', { password: 'x' }), excepted)).toBe(true);
  });

  it('goes by what the policy wants kept out', () => {
    const decided = decision({ obligations: { log: [], alert: null, redact: [['to']] } });
    expect(holds(toolCall('send', { to: 'anna' }), { enabled: false }, decided)).toBe(true);
  });
});
