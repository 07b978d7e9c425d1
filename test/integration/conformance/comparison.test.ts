import { describe, expect, it } from 'vitest';
import { differences, table } from './comparison.ts';
import type { Check, SuiteResults } from './suite.ts';

const check = (id: string, status: Check['status'], errorMessage = ''): Check => ({
  id,
  name: 'Name',
  status,
  errorMessage,
});
const run = (...checks: Check[]): SuiteResults => new Map([['ping', checks]]);

describe('the comparison of two runs', () => {
  it('finds nothing between two of the same outcome, whatever it is', () => {
    const results = run(check('a', 'SUCCESS'), check('b', 'FAILURE', 'no answer'));
    expect(differences(results, results)).toEqual([]);
  });

  it('finds another status, and another error of the same status', () => {
    const direct = run(check('a', 'SUCCESS'), check('b', 'WARNING', 'late'));
    const proxied = run(check('a', 'INFO'), check('b', 'WARNING', 'never'));
    expect(differences(direct, proxied)).toEqual([
      { check: 'ping / a / Name', direct: 'SUCCESS', proxied: 'INFO' },
      { check: 'ping / b / Name', direct: 'WARNING: late', proxied: 'WARNING: never' },
    ]);
  });

  it('finds a check that only one run has, also where it has the name of another', () => {
    const direct = run(check('a', 'SUCCESS'), check('a', 'SUCCESS'));
    const proxied = run(check('a', 'SUCCESS'), check('b', 'SUCCESS'));
    expect(differences(direct, proxied)).toEqual([
      { check: 'ping / a / Name #2', direct: 'SUCCESS', proxied: 'absent' },
      { check: 'ping / b / Name', direct: 'absent', proxied: 'SUCCESS' },
    ]);
  });

  it('finds all checks of a scenario that one run does not have', () => {
    expect(differences(run(check('a', 'SUCCESS')), new Map())).toHaveLength(1);
  });

  it('is readable', () => {
    const found = differences(run(check('a', 'SUCCESS')), run(check('a', 'SKIPPED')));
    expect(table(found)).toBe('ping / a / Name\n  SUCCESS -> SKIPPED');
  });
});
