// What of a server's standard error is kept and logged.
import { describe, expect, it } from 'vitest';
import { createStderrJournal } from '../../../../electron/gateway/upstream/stderr-journal.ts';
import { recordingLogger } from './peers.ts';

describe('createStderrJournal', () => {
  it('keeps the last five lines, without colours', () => {
    const journal = createStderrJournal('s', recordingLogger());
    for (let line = 1; line <= 7; line += 1) journal.push(Buffer.from(`\u001b[1mline ${line}\u001b[0m\n\n`));
    expect(journal.tail()).toBe('line 3 | line 4 | line 5 | line 6 | line 7');
  });

  it('keeps a last line that no line break ended', () => {
    const journal = createStderrJournal('s', recordingLogger());
    journal.push(Buffer.from('Segmentation fault'));
    journal.end();
    expect(journal.tail()).toBe('Segmentation fault');
  });

  it('shortens long lines', () => {
    const logger = recordingLogger();
    const journal = createStderrJournal('s', logger);
    journal.push(Buffer.from(`${'x'.repeat(100_000)}\nnext\n`));
    expect(journal.tail()).toBe(`${'x'.repeat(300)}… | next`);
    expect(String(logger.lines[0]?.fields?.text)).toHaveLength(2048);
  });

  it('logs a bounded number of lines a second and counts the rest', () => {
    const logger = recordingLogger();
    const journal = createStderrJournal('s', logger);
    for (let line = 0; line < 1000; line += 1) journal.push(Buffer.from('noise\n'));
    journal.end();
    const written = logger.lines.filter(({ event }) => event === 'upstream_stderr').length;
    const dropped = logger.lines.find(({ event }) => event === 'upstream_stderr_dropped')?.fields?.lines;
    expect(written).toBeGreaterThanOrEqual(50);
    expect(written).toBeLessThanOrEqual(150);
    expect(written + Number(dropped)).toBe(1000);
  });
});
