import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PromptState } from '../../../renderer/state/prompt.svelte.ts';
import { sampleApproval } from '../../samples.ts';
import { fakeApi } from '../fake-api.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const one = sampleApproval('a1', { group: 'one' });
const other = sampleApproval('a2', { group: 'other' });

function setting() {
  const api = fakeApi({ 'prompt.fit': () => null, 'approvals.hold': () => true });
  const prompt = new PromptState(api);
  return { api, prompt };
}

describe('a question that was put off', () => {
  it('is shown no more, until another one comes', () => {
    const { api, prompt } = setting();
    api.emit('approvals.changed', [one]);
    expect(prompt.asks).toBe(true);
    prompt.later();
    expect(prompt.asks).toBe(false);
    api.emit('approvals.changed', [one, other]);
    expect(prompt.asks).toBe(true);
    expect(prompt.isAtOldOne).toBe(true);
    prompt.goToNew();
    expect(prompt.approvals.current?.key).toBe('other');
    prompt.close();
  });

  it('comes back when it is called, and takes no answer for a moment', () => {
    const { api, prompt } = setting();
    api.emit('approvals.changed', [one, other]);
    vi.advanceTimersByTime(1_000);
    prompt.later();
    api.emit('prompt.recalled', { group: 'other' });
    expect(prompt.asks).toBe(true);
    expect(prompt.approvals.current?.key).toBe('other');
    expect(prompt.approvals.isOpen).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(prompt.approvals.isOpen).toBe(true);
    prompt.close();
  });

  it('stays the one in front where the one that was called is gone', () => {
    const { api, prompt } = setting();
    api.emit('approvals.changed', [one]);
    prompt.later();
    api.emit('prompt.recalled', { group: 'gone' });
    expect(prompt.approvals.current?.key).toBe('one');
    expect(prompt.recalls).toBe(1);
    prompt.close();
  });
});
