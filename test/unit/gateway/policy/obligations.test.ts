import { describe, expect, it } from 'vitest';
import { readDecision } from '../../../../electron/gateway/policy/decision.ts';

const read = (obligations: unknown) =>
  readDecision([{ result: { allow: true, obligations } }], { kind: 'decision' });

describe('obligations', () => {
  it('are taken as the policy gave them, paths as their names', () => {
    const given = { log: ['money'], alert: 'Somebody pays', redact: ['card', 'auth.token', ['a.b', 'c']] };
    expect(read(given)).toMatchObject({
      allow: true,
      obligations: {
        log: ['money'],
        alert: 'Somebody pays',
        redact: [['card'], ['auth', 'token'], ['a.b', 'c']],
      },
    });
  });

  it.each([[{}], [{ log: [], alert: null, redact: [] }]])('of %j are none', (none) => {
    expect(read(none)).not.toHaveProperty('obligations');
  });

  it('come with rules as well as with a decision', () => {
    const rules = { deny: ['no'], obligations: { log: ['tried'] } };
    expect(readDecision([{ result: rules }], { kind: 'rules', declaresAllow: false })).toMatchObject({
      allow: false,
      obligations: { log: ['tried'] },
    });
  });

  it('have texts of bounded length', () => {
    const { obligations } = read({ log: ['x'.repeat(1000)], alert: 'y'.repeat(1000) });
    expect(obligations?.log[0]).toHaveLength(500);
    expect(obligations?.alert).toMatch(/^y{499}…$/u);
  });

  it.each([
    ['a list', []],
    ['null', null],
    ['with a member that is none', { redakt: ['password'] }],
    ['with a text for log', { log: 'money' }],
    ['with an empty text in log', { log: [''] }],
    ['with a number in log', { log: [1] }],
    ['with too many texts in log', { log: Array.from({ length: 21 }, String) }],
    ['with a list for alert', { alert: ['a'] }],
    ['with an empty alert', { alert: '' }],
    ['with a text for redact', { redact: 'password' }],
    ['with an empty path', { redact: [''] }],
    ['with an empty name in a path', { redact: ['auth..token'] }],
    ['with a path of no names', { redact: [[]] }],
    ['with a number in a path', { redact: [['a', 1]] }],
    ['with an object for a path', { redact: [{ a: 1 }] }],
  ])('that are %s make the decision a denial, and nothing of the arguments is recorded', (_, obligations) => {
    const decision = read(obligations);
    expect(decision).toMatchObject({ allow: false, ask: false, matchedRule: 'invalid_decision' });
    expect(decision.violations[0]).toContain('`obligations');
    expect(decision.obligations?.redact).toEqual([[]]);
  });
});
