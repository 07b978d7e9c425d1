import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../electron/gateway/call.ts';
import { decideEach } from '../../../../electron/gateway/policy/each-resource.ts';
import { callOf, decision, request } from '../fakes.ts';

const byUri: Readonly<Record<string, Decision>> = {
  'file:///ok': decision({ matchedRule: 'ok' }),
  'file:///ask': decision({ ask: true, matchedRule: 'ask' }),
  'file:///no': decision({ allow: false, violations: ['no'], matchedRule: 'no' }),
  'file:///never': decision({ allow: false, violations: ['never'], matchedRule: 'never' }),
};

function listening(...names: string[]) {
  const resourceSubscriptions = names.map((name) => `file:///${name}`);
  const call = callOf(request(1, 'subscriptions/listen', { notifications: { resourceSubscriptions } }));
  const asked: (string | null)[] = [];
  const decided = decideEach(call, ({ resource }) => {
    asked.push(resource);
    return byUri[resource ?? ''] ?? decision({ allow: false });
  });
  return { decided, asked };
}

describe('a call on several resources', () => {
  it('is judged once for each', () => {
    expect(listening('ok', 'ask', 'ok').asked).toEqual(['file:///ok', 'file:///ask', 'file:///ok']);
    expect(listening('ok').asked).toEqual(['file:///ok']);
  });

  it.each<[string[], Partial<Decision>]>([
    [['ok', 'ok'], { allow: true, ask: false, matchedRule: 'ok' }],
    [['ok', 'ask', 'ok'], { allow: true, ask: true, matchedRule: 'ask' }],
    [['ask', 'no'], { allow: false, ask: false, matchedRule: 'no', violations: ['no'] }],
    [['no', 'ask', 'ok'], { allow: false, ask: false, matchedRule: 'no', violations: ['no'] }],
    [['ok', 'no', 'never', 'no'], { allow: false, matchedRule: 'no', violations: ['no', 'never'] }],
  ])('%j has the strictest decision of all, and what speaks against each', (names, expected) => {
    expect(listening(...names).decided).toMatchObject(expected);
  });

  it('has the obligations of all, whichever is the strictest', () => {
    const redact = [['a']];
    const noted = decision({ obligations: { log: ['x', 'y'], alert: null, redact } });
    const warned = decision({ allow: false, obligations: { log: ['y'], alert: 'look', redact: [['b']] } });
    const call = callOf(
      request(1, 'subscriptions/listen', { notifications: { resourceSubscriptions: ['a:1', 'a:2', 'a:3'] } }),
    );
    const answers = [noted, decision(), warned];
    expect(decideEach(call, () => answers.shift() ?? decision())).toMatchObject({
      allow: false,
      obligations: { log: ['x', 'y'], alert: 'look', redact: [['a'], ['b']] },
    });
  });
});
