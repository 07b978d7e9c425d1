// How often a policy may speak to the user.
import { expect, it } from 'vitest';
import { createAlerts } from '../../../../electron/gateway/runtime/alerts.ts';
import type { PolicyAlert } from '../../../../electron/shared/domain.ts';

function setUp() {
  let now = 1_750_000_000_000;
  const told: PolicyAlert[] = [];
  const clock = { now: () => now, monotonicMicros: () => now * 1000 };
  const alerts = createAlerts(clock, (alert) => told.push(alert));
  return { alerts, told, pass: (ms: number) => (now += ms) };
}

const alert = (text: string): PolicyAlert => ({ callId: 1, client: 'cursor', text });

it('tells each alert, and shows the newest in the status for a while', () => {
  const { alerts, told, pass } = setUp();
  expect(alerts.problem).toBeNull();
  alerts.raise(alert('one'));
  pass(1_000);
  alerts.raise(alert('two'));
  expect(told.map(({ text }) => text)).toEqual(['one', 'two']);
  expect(alerts.problem?.message).toBe('The policy wants you to know: two (the newest of 2 alerts)');
  pass(15 * 60_000);
  expect(alerts.problem).toBeNull();
  alerts.raise(alert('three'));
  expect(alerts.problem?.message).toBe('The policy wants you to know: three');
});

it('tells five in a minute, and counts the others', () => {
  const { alerts, told, pass } = setUp();
  for (let index = 0; index < 20; index += 1) alerts.raise(alert(`${index}`));
  expect(told).toHaveLength(5);
  expect(alerts.problem?.message).toContain('19 (the newest of 20 alerts)');
  pass(60_000);
  alerts.raise(alert('later'));
  expect(told).toHaveLength(6);
});
