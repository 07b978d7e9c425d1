import { expect, it } from 'vitest';
import { createCircuitBreaker } from '../../../../electron/gateway/runtime/circuit-breaker.ts';

const open = () => {
  const breaker = createCircuitBreaker({ threshold: 2, timeoutMs: 1000 });
  breaker.failed(0);
  breaker.failed(100);
  return breaker;
};

it('counts failures in a row alone', () => {
  const breaker = createCircuitBreaker({ threshold: 2, timeoutMs: 1000 });
  expect(breaker.failed(0)).toBe(false);
  expect(breaker.succeeded()).toBe(false);
  expect(breaker.failed(1)).toBe(false);
  expect(breaker.admits(2)).toBe(true);
  expect(breaker.failed(3)).toBe(true);
  expect(breaker.admits(4)).toBe(false);
});

it('lets one call through when the time is over, and the next one when that one came to nothing', () => {
  const breaker = open();
  expect(breaker.admits(1099)).toBe(false);
  expect(breaker.admits(1100)).toBe(true);
  expect(breaker.admits(1101)).toBe(false);
  expect(breaker.admits(2100)).toBe(true);
});

it('holds back anew after a try that failed', () => {
  const breaker = open();
  breaker.admits(1100);
  expect(breaker.failed(1500)).toBe(false);
  expect(breaker.heldUntil).toBe(2500);
});

it('is closed by one answer, also a late one', () => {
  const breaker = open();
  expect(breaker.succeeded()).toBe(true);
  expect(breaker.heldUntil).toBeNull();
  expect(breaker.failed(200)).toBe(false);
});
