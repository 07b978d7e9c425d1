import { describe, expect, it } from 'vitest';
import { ago, bytes, count, countdown, counted, latency, shortTime, span } from '../../renderer/format.ts';

describe('figures', () => {
  it('counts', () => {
    expect(count(1_234_567)).toBe('1,234,567');
    expect([counted(1, 'call'), counted(3, 'call'), counted(2, 'entry', 'entries')]).toEqual([
      '1 call',
      '3 calls',
      '2 entries',
    ]);
  });

  it('gives latency, which comes in microseconds, in the unit that fits', () => {
    expect([412, 3_210, 48_700, 1_400_000, 125_000_000].map(latency)).toEqual([
      '412 µs',
      '3.2 ms',
      '49 ms',
      '1.4 s',
      '2 min 5 s',
    ]);
    expect(latency(999_600)).toBe('1.0 s');
  });

  it('gives spans in their two largest units', () => {
    expect([48_000, 125_000, 3_600_000, 11_400_000, 90_000_000].map(span)).toEqual([
      '48 s',
      '2 min 5 s',
      '1 h',
      '3 h 10 min',
      '1 d 1 h',
    ]);
  });

  it('runs a countdown to nought and no further', () => {
    expect([103_000, 59_001, 1, 0, -5_000].map(countdown)).toEqual(['1:43', '1:00', '0:01', '0:00', '0:00']);
  });

  it('says how long ago', () => {
    expect([0, 4_999, 30_000, 320_000, 7_500_000].map((past) => ago(0, past))).toEqual([
      'just now',
      'just now',
      '30 s ago',
      '5 min ago',
      '2 h ago',
    ]);
  });

  it('leaves the day out where it is today', () => {
    const noon = new Date(2026, 10, 21, 12, 3, 4).getTime();
    expect(shortTime(noon, noon + 3_600_000)).toBe('12:03:04');
    expect(shortTime(noon, noon + 86_400_000)).toBe('21 Nov 12:03');
  });

  it('gives sizes', () => {
    expect([1, 812, 14_230, 3_100_000].map(bytes)).toEqual(['1 byte', '812 bytes', '14.2 KB', '3.1 MB']);
  });
});
