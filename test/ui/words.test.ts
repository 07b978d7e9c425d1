import { describe, expect, it } from 'vitest';
import { callStatus, verdictReason } from '../../electron/shared/domain.ts';
import { clientName } from '../../renderer/words/clients.ts';
import { conditionOf, stateSentence } from '../../renderer/words/condition.ts';
import { reasonSentence, statusSentence, verdictOf } from '../../renderer/words/verdicts.ts';
import { wish } from '../../renderer/words/wishes.ts';
import { sampleCall, sampleStatus } from '../samples.ts';

const toolCall = (tool: string, given: unknown) =>
  wish({ method: 'tools/call', tool, resource: null, arguments: JSON.stringify(given) });

describe('wish', () => {
  it('makes a sentence of the tool and what it acts on', () => {
    expect(toolCall('delete_note', { name: 'welcome' })).toBe('delete note “welcome”');
    expect(toolCall('send_note', { name: 'ideas', to: 'anna@example.com' })).toBe(
      'send note “ideas” to “anna@example.com”',
    );
    expect(toolCall('writeFile', { content: 'x', path: '/etc/hosts' })).toBe('write file “/etc/hosts”');
  });

  it('names the tool as it is where it starts with no known verb', () => {
    expect(toolCall('browser_screenshot', {})).toBe('use browser_screenshot');
  });

  it('leaves out what is too long for a sentence rather than cutting it', () => {
    expect(toolCall('run_command', { command: 'x'.repeat(81) })).toBe('run command');
    expect(toolCall('run_command', { command: 'a\nb' })).toBe('run command');
  });

  it('spells out characters that would be invisible or turn the order of reading', () => {
    expect(toolCall('delete_note', { name: 'a\u202eb' })).toBe('delete note “a‹U+202E›b”');
  });

  it('speaks of resources, prompts and other methods', () => {
    const rest = { tool: null, resource: null, arguments: null };
    expect(wish({ ...rest, method: 'resources/read', resource: 'notes://a' })).toBe('read “notes://a”');
    expect(wish({ ...rest, method: 'resources/subscribe', resource: 'notes://a' })).toBe(
      'follow changes of “notes://a”',
    );
    expect(wish({ ...rest, method: 'subscriptions/listen', resource: 'notes://a' })).toBe(
      'follow changes of “notes://a”',
    );
    expect(wish({ ...rest, method: 'subscriptions/listen' })).toBe('be told of changes');
    expect(wish({ ...rest, method: 'prompts/get', tool: 'greet' })).toBe('get the prompt “greet”');
    expect(wish({ ...rest, method: 'tools/list' })).toBe('list the tools');
    expect(wish({ ...rest, method: 'x/unheard' })).toBe('call x/unheard');
  });

  it('takes arguments that are no JSON, or no object, for none', () => {
    expect(wish({ method: 'tools/call', tool: 'list_notes', resource: null, arguments: '{' })).toBe(
      'list notes',
    );
    expect(wish({ method: 'tools/call', tool: 'list_notes', resource: null, arguments: '7' })).toBe(
      'list notes',
    );
  });
});

describe('clientName', () => {
  it('gives known clients the name that people know, others their own, and none a word for it', () => {
    expect(clientName('claude-code')).toBe('Claude Code');
    expect(clientName('my-agent')).toBe('my-agent');
    expect(clientName('constructor')).toBe('constructor');
    expect(clientName(' ')).toBe('An unnamed client');
  });
});

describe('sentences', () => {
  it('has one for each reason and status of the contract', () => {
    for (const reason of verdictReason.options) {
      for (const verdict of ['allow', 'deny'] as const)
        expect(reasonSentence({ verdict, reason })).toMatch(/\.$/);
    }
    for (const status of callStatus.options) expect(statusSentence(status)).toMatch(/\.$/);
  });

  it('tells the state, the mode and a policy that is off apart', () => {
    const said = [
      stateSentence(null),
      stateSentence(sampleStatus()),
      stateSentence(sampleStatus({ mode: 'audit' })),
      stateSentence(sampleStatus({ modeOverrides: [{ of: 'client', name: 'cursor', mode: 'audit' }] })),
      stateSentence(sampleStatus({ policyEnabled: false })),
      stateSentence(sampleStatus({ state: 'paused' })),
      stateSentence(sampleStatus({ state: 'stopped' })),
    ];
    expect(new Set(said).size).toBe(said.length);
  });
});

describe('verdictOf', () => {
  const of = (change: Parameters<typeof sampleCall>[1]) => verdictOf(sampleCall(1, change)).look;

  it('is green only where the policy or a person allowed, red wherever it was denied', () => {
    expect(of({ reason: 'policy' })).toBe('allow');
    expect(of({ reason: 'person' })).toBe('allow');
    expect(of({ verdict: 'deny', reason: 'paused' })).toBe('deny');
    expect(of({ verdict: 'deny', reason: 'door' })).toBe('deny');
  });

  it('is grey where the policy had no say or was overruled', () => {
    expect(of({ reason: 'pass' })).toBe('unknown');
    expect(of({ reason: 'policy_off' })).toBe('unknown');
    expect(of({ reason: 'audit_mode' })).toBe('unknown');
  });
});

describe('conditionOf', () => {
  it('asks for attention where something runs with a problem', () => {
    const problems = [{ code: 'x', message: 'm', remedy: 'r' }];
    expect(conditionOf(null)).toBe('starting');
    expect(conditionOf(sampleStatus())).toBe('running');
    expect(conditionOf(sampleStatus({ problems }))).toBe('attention');
    expect(conditionOf(sampleStatus({ problems, state: 'paused' }))).toBe('paused');
    expect(conditionOf(sampleStatus({ problems, state: 'stopped' }))).toBe('stopped');
  });
});
