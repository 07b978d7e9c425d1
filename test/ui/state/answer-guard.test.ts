import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerGuard, guardMs } from '../../../renderer/state/answer-guard.svelte.ts';

const prompt = (id: string, shown = id) => ({ id, shown });

describe('AnswerGuard', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is shut for half a second after a prompt appears, and open then', () => {
    const guard = new AnswerGuard();
    guard.show([prompt('a')]);
    vi.advanceTimersByTime(guardMs - 1);
    expect(guard.isOpen('a')).toBe(false);
    vi.advanceTimersByTime(1);
    expect(guard.isOpen('a')).toBe(true);
    expect(guardMs).toBe(500);
  });

  it('shuts again when the prompt says something else', () => {
    const guard = new AnswerGuard();
    guard.show([prompt('a')]);
    vi.advanceTimersByTime(guardMs);
    guard.show([prompt('a', 'other arguments')]);
    expect(guard.isOpen('a')).toBe(false);
    vi.advanceTimersByTime(guardMs);
    expect(guard.isOpen('a')).toBe(true);
  });

  it('shuts a prompt that moves into the place of another', () => {
    const guard = new AnswerGuard();
    guard.show([prompt('a'), prompt('b')]);
    vi.advanceTimersByTime(guardMs);
    guard.show([prompt('b')]);
    expect(guard.isOpen('b')).toBe(false);
    expect(guard.isOpen('a')).toBe(false);
  });

  it('leaves a prompt open when another one comes after it', () => {
    const guard = new AnswerGuard();
    guard.show([prompt('a')]);
    vi.advanceTimersByTime(guardMs);
    guard.show([prompt('a'), prompt('b')]);
    expect(guard.isOpen('a')).toBe(true);
    expect(guard.isOpen('b')).toBe(false);
  });

  it('shuts all when asked to, and counts from then', () => {
    const guard = new AnswerGuard();
    guard.show([prompt('a'), prompt('b')]);
    vi.advanceTimersByTime(guardMs - 100);
    guard.shutAll();
    vi.advanceTimersByTime(guardMs - 1);
    expect([guard.isOpen('a'), guard.isOpen('b')]).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    expect([guard.isOpen('a'), guard.isOpen('b')]).toEqual([true, true]);
  });

  it('never opens for a prompt that is gone', () => {
    const guard = new AnswerGuard();
    guard.show([prompt('a')]);
    guard.show([]);
    vi.advanceTimersByTime(guardMs);
    expect(guard.isOpen('a')).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
