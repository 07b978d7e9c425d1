import { describe, expect, it } from 'vitest';
import { median, percentile, ratio } from '../../bench/statistics.ts';

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([9, 1, 100])).toBe(9);
  });

  it('is the mean of the two in the middle of an even number of values', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it('sorts by size and leaves its argument alone', () => {
    const values = [10, 9, 2];
    expect(median(values)).toBe(9);
    expect(values).toEqual([10, 9, 2]);
  });

  it('is not a number where there are no values', () => {
    expect(median([])).toBeNaN();
  });
});

describe('percentile', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('is the smallest value that so many percent do not exceed', () => {
    expect(percentile(oneToHundred, 99)).toBe(99);
    expect(percentile(oneToHundred, 50)).toBe(50);
    expect(percentile(oneToHundred, 100)).toBe(100);
  });

  it('is the largest value where there are few', () => {
    expect(percentile([3, 1, 2], 99)).toBe(3);
  });

  it('is the smallest value at 0 percent', () => {
    expect(percentile([3, 1, 2], 0)).toBe(1);
  });

  it('is not a number where there are no values', () => {
    expect(percentile([], 99)).toBeNaN();
  });
});

describe('ratio', () => {
  it('divides', () => {
    expect(ratio(3, 2)).toBe(1.5);
  });

  it.each([0, -5, Number.NaN])('says nothing about a reference of %d', (reference) => {
    expect(ratio(3, reference)).toBeNull();
  });

  it('says nothing about a value that was not measured', () => {
    expect(ratio(Number.NaN, 2)).toBeNull();
  });
});
