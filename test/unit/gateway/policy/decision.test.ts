import { describe, expect, it } from 'vitest';
import { readDecision, type PolicyForm } from '../../../../electron/gateway/policy/decision.ts';

const decisionForm: PolicyForm = { kind: 'decision' };
const allowList: PolicyForm = { kind: 'rules', declaresAllow: true };
const denyList: PolicyForm = { kind: 'rules', declaresAllow: false };

const read = (result: unknown, form: PolicyForm) => readDecision([{ result }], form);

describe('a decision', () => {
  it('is taken as the policy gave it', () => {
    const given = {
      allow: false,
      ask: true,
      violations: ['too late'],
      matched_rule: 'night',
      required_capability: 'write:night',
      message: 'Really?',
    };
    expect(read(given, decisionForm)).toEqual({
      allow: false,
      ask: true,
      violations: ['too late'],
      matchedRule: 'night',
      requiredCapability: 'write:night',
      message: 'Really?',
    });
  });

  it('needs nothing but `allow`', () => {
    expect(read({ allow: true }, decisionForm)).toEqual({
      allow: true,
      ask: false,
      violations: [],
      matchedRule: null,
      requiredCapability: null,
      message: null,
    });
  });

  it.each([
    ['a partial object as Rego v1 makes of violations[msg]', { a: true, b: true, c: false }, ['a', 'b']],
    ['objects with a message', [{ message: 'a' }, { msg: 'b' }], ['a', 'b']],
    ['anything else', [1, { code: 2 }], ['1', '{"code":2}']],
  ])('takes violations that are %s', (_, violations, sentences) => {
    expect(read({ allow: false, violations }, decisionForm).violations).toEqual(sentences);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a boolean', true],
    ['a list', [{ allow: true }]],
    ['a string', 'allow'],
    ['without allow', { violations: [] }],
    ['with a word for allow', { allow: 'true' }],
    ['with a number for allow', { allow: 1 }],
    ['with a set for allow', { allow: [true] }],
    ['with a word for ask', { allow: true, ask: 'no' }],
    ['with a sentence for violations', { allow: true, violations: 'none' }],
    ['with a number for matched_rule', { allow: true, matched_rule: 7 }],
    ['with a list for required_capability', { allow: true, required_capability: [] }],
    ['with an object for message', { allow: true, message: {} }],
  ])('that is %s is a denial', (_, result) => {
    const decision = read(result, decisionForm);
    expect(decision).toMatchObject({ allow: false, ask: false, matchedRule: 'invalid_decision' });
    expect(decision.violations).toHaveLength(1);
  });

  it.each([[[]], [null], [{ result: { allow: true } }], ['allow']])(
    'is a denial where the evaluation returned %j',
    (results) => {
      expect(readDecision(results, decisionForm).matchedRule).toBe('invalid_decision');
    },
  );
});

describe('rules of a package without a decision', () => {
  it('allow where `allow` is true and nothing denies', () => {
    expect(read({ allow: true }, allowList)).toMatchObject({
      allow: true,
      violations: [],
      matchedRule: 'allow',
    });
    expect(read({ allow: true, deny: false }, allowList).allow).toBe(true);
    expect(read({ allow: true, deny: [], violations: {} }, allowList).allow).toBe(true);
  });

  it('deny where `allow` is declared and undefined or false', () => {
    expect(read({}, allowList)).toMatchObject({ allow: false, matchedRule: 'allow' });
    expect(read({ allow: false }, allowList).violations).toEqual(['The policy does not allow this call']);
  });

  it('allow what is not denied where `allow` is not declared', () => {
    expect(read({}, denyList).allow).toBe(true);
    expect(read({ deny: true }, denyList)).toMatchObject({ allow: false, matchedRule: 'deny' });
  });

  it.each([
    ['a boolean', true, ["The policy's rule `deny` applies to this call"]],
    ['a sentence', 'too late', ['too late']],
    ['a set', ['too late', 'too far'], ['too late', 'too far']],
    ['an object', { 'too late': true }, ['too late']],
  ])('deny by `deny` as %s, whatever `allow` says', (_, deny, violations) => {
    expect(read({ allow: true, deny }, allowList)).toMatchObject({
      allow: false,
      violations,
      matchedRule: 'deny',
    });
  });

  it('deny by `violations`', () => {
    const decision = read({ allow: true, violations: { 'too late': true } }, allowList);
    expect(decision).toMatchObject({ allow: false, violations: ['too late'], matchedRule: 'violations' });
  });

  it('may say the rest of a decision', () => {
    const rules = { allow: true, ask: true, message: 'Really?', matched_rule: 'night' };
    expect(read(rules, allowList)).toMatchObject({ ask: true, message: 'Really?', matchedRule: 'night' });
  });

  it.each([
    ['allow', { allow: ['a'] }],
    ['allow', { allow: 'yes' }],
    ['deny', { allow: true, deny: 1 }],
    ['deny', { allow: true, deny: null }],
    ['violations', { allow: true, violations: false }],
  ])('deny where `%s` is malformed: %j', (_, rules) => {
    expect(read(rules, allowList)).toMatchObject({ allow: false, matchedRule: 'invalid_decision' });
  });
});
