import { expect, it } from 'vitest';
import {
  type Filter,
  narrowing,
  partsOf,
  toggled,
  without,
  withoutPart,
} from '../../../../renderer/state/activity/question.ts';

const filter: Filter = {
  text: 'welcome',
  decisions: ['denied'],
  from: 5,
  to: 9,
  tools: ['read_note', 'send_note'],
  rules: [''],
  minLatencyMicros: 1_000,
  redacted: true,
  alerted: false,
};

it('has a part for each value, and none for words and decisions, which stand elsewhere', () => {
  expect(partsOf(filter)).toEqual([
    { kind: 'time', from: 5, to: 9 },
    { kind: 'value', of: 'tools', value: 'read_note' },
    { kind: 'value', of: 'tools', value: 'send_note' },
    { kind: 'value', of: 'rules', value: '' },
    { kind: 'slower', micros: 1_000 },
    { kind: 'redacted', on: true },
    { kind: 'alerted', on: false },
  ]);
  expect(partsOf({})).toEqual([]);
});

it('is without a part once that is removed, and is without any after all of them', () => {
  const parts = partsOf(filter);
  expect(parts.reduce(withoutPart, filter)).toEqual({ text: 'welcome', decisions: ['denied'] });
});

it('takes a value in and out of a list', () => {
  expect(toggled({}, 'tools', 'a')).toEqual({ tools: ['a'] });
  expect(toggled({ tools: ['a'] }, 'tools', 'b')).toEqual({ tools: ['a', 'b'] });
  expect(toggled({ tools: ['a'] }, 'tools', 'a')).toEqual({});
  expect(without({ from: 1, to: 2 }, 'from')).toEqual({ to: 2 });
});

it('drops what says nothing, as the log fills it in where a search is saved', () => {
  expect(narrowing({ text: '', tools: [], redacted: false, from: 0 })).toEqual({ redacted: false, from: 0 });
});
