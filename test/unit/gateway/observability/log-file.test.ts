// The log file on a real disk: put aside when it is full, old ones removed, and no line lost where it can't be.
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openLogFile } from '../../../../electron/gateway/observability/log-file.ts';

const start = Date.parse('2026-01-02T03:04:05.000Z');

function setting(limits: { maxBytes?: number; maxBackups?: number; maxAgeMs?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-proxy-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let now = start;
  const onTrouble = vi.fn();
  const path = join(folder, 'logs', 'proxy.log');
  const open = () =>
    openLogFile({
      path,
      maxBytes: 20,
      maxBackups: 0,
      maxAgeMs: 0,
      ...limits,
      clock: { now: () => (now += 1), monotonicMicros: () => 0 },
      onTrouble,
    });
  const files = () => readdirSync(join(folder, 'logs')).sort();
  return {
    folder,
    path,
    open,
    files,
    onTrouble,
    text: (name: string) => readFileSync(join(folder, 'logs', name), 'utf8'),
  };
}

it('writes each line at once, after those of an earlier run', () => {
  const { path, open } = setting();
  const first = open();
  first.write('one\n');
  expect(readFileSync(path, 'utf8')).toBe('one\n');
  void first.close();
  open().write('two\n');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

it('is put aside under the time before a line would make it too long', () => {
  const { open, files, text } = setting();
  const log = open();
  for (const line of ['123456789\n', '223456789\n', '323456789\n']) log.write(line);
  const [backup, current] = files();
  expect(backup).toMatch(/^proxy-2026-01-02T03-04-05\.\d{3}Z\.log$/u);
  expect(current).toBe('proxy.log');
  expect(text(backup ?? '')).toBe('123456789\n223456789\n');
  expect(text('proxy.log')).toBe('323456789\n');
});

it('counts what an earlier run has written', () => {
  const { open, files } = setting();
  const first = open();
  first.write('1234567890123456789\n');
  void first.close();
  open().write('next\n');
  expect(files()).toHaveLength(2);
});

it('keeps as many as wanted, the newest', () => {
  const { open, files, text } = setting({ maxBackups: 2 });
  const log = open();
  for (let line = 1; line <= 6; line += 1) log.write(`${String(line).repeat(19)}\n`);
  const kept = files();
  expect(kept).toHaveLength(3);
  expect(kept.map((name) => text(name)[0])).toEqual(['4', '5', '6']);
});

it('removes what is too old at the start, and nothing that is not its own', () => {
  const { folder, open, files } = setting({ maxAgeMs: 1000 });
  void open().close();
  const foreign = ['proxy-notes.log', 'other-2020-01-01T00-00-00.000Z.log'];
  for (const name of [...foreign, 'proxy-2020-01-01T00-00-00.000Z.log']) {
    const file = join(folder, 'logs', name);
    writeFileSync(file, '');
    utimesSync(file, new Date(0), new Date(0));
  }
  open();
  expect(files()).toEqual([...foreign, 'proxy.log'].sort());
});

it('goes on in the file that there is where it can not be put aside, and says so', () => {
  const { folder, open, onTrouble } = setting();
  const log = open();
  log.write('1234567890123456789\n');
  rmSync(join(folder, 'logs'), { recursive: true });
  expect(() => log.write('1234567890123456789\n')).not.toThrow();
  expect(onTrouble).toHaveBeenCalledOnce();
});
