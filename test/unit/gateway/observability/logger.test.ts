// Log lines, as they stand on standard error of a real process.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LoggerOptions } from '../../../../electron/gateway/observability/logger.ts';

const program = fileURLToPath(new URL('print-log-lines.ts', import.meta.url));

/** What a process that logs `lines` writes on standard error; it exits by itself, so that nothing may be lost. */
function logged(options: Omit<LoggerOptions, 'output'>, lines: unknown[]): string[] {
  const args = ['--disable-warning=ExperimentalWarning', program, options.level, options.format];
  const { stderr, stdout, status } = spawnSync(process.execPath, [...args, JSON.stringify(lines)], {
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  expect(status, stderr).toBe(0);
  expect(stdout).toBe('');
  return stderr.split('\n').slice(0, -1);
}

describe('in format json', () => {
  it('a line is one object: level, time, fields, event', () => {
    const [line, ...more] = logged({ level: 'debug', format: 'json' }, [
      ['info', 'listening', { port: 3000, why: 'a\nb' }],
      ['debug', 'detail'],
    ]);
    const { time, ...rest } = JSON.parse(line ?? '') as Record<string, unknown>;
    expect(rest).toEqual({ level: 'info', port: 3000, why: 'a\nb', event: 'listening' });
    expect(new Date(String(time)).toISOString()).toBe(time);
    expect(more).toHaveLength(1);
  });

  it('nothing is said below the level', () => {
    const lines = logged({ level: 'warn', format: 'json' }, [
      ['debug', 'd'],
      ['info', 'i'],
      ['warn', 'w'],
      ['error', 'e'],
    ]);
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['w', 'e']);
  });
});

describe('in format text', () => {
  it('a line reads time, level, event, fields', () => {
    const fields = { url: 'http://127.0.0.1:3000', port: 3000, list: ['a b'] };
    const [line] = logged({ level: 'info', format: 'text' }, [['info', 'listening', fields]]);
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}listening url=http:\/\/127\.0\.0\.1:3000 port=3000 list=\["a b"\]$/u,
    );
  });

  it('a value can not forge another line, another field, or colours', () => {
    const why = 'exited\n12:00:00.000 info  all_is_well';
    const lines = logged({ level: 'info', format: 'text' }, [
      ['warn', 'upstream_lost', { why }],
      ['warn', 'upstream_lost', { why: 'a level=info' }],
      ['warn', 'upstream_lost', { why: '\u001b[2J' }],
      ['warn', 'upstream_lost', { why: '' }],
    ]);
    expect(lines.map((line) => line.slice(line.indexOf('why=')))).toEqual([
      String.raw`why="exited\n12:00:00.000 info  all_is_well"`,
      'why="a level=info"',
      String.raw`why="\u001b[2J"`,
      'why=""',
    ]);
  });
});
