import { expect, it } from 'vitest';
import { createUrgentProblems } from '../../../../electron/main/tray/urgent-problems.ts';

const problem = (code: string, message = code) => ({ code, message, remedy: '' });

it('a log that fails is told once, and again after it was well; its words may change meanwhile', () => {
  const urgent = createUrgentProblems();
  expect(urgent.newAmong([problem('port_taken')])).toEqual([]);
  expect(urgent.newAmong([problem('port_taken'), problem('audit_write')])).toEqual([problem('audit_write')]);
  expect(urgent.newAmong([problem('audit_write', 'otherwise')])).toEqual([]);
  expect(urgent.newAmong([])).toEqual([]);
  expect(urgent.newAmong([problem('audit_write'), problem('audit_salvaged')])).toHaveLength(2);
});
