import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSavedSearches } from '../../../../electron/gateway/runtime/saved-searches.ts';
import { callFilter } from '../../../../electron/shared/audit-search.ts';
import { recordingLogger } from '../audit/samples.ts';

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'searches-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'searches.json');
}

const wanted = {
  name: 'Denied',
  filter: callFilter.parse({ decisions: ['denied'] }),
  sort: 'newest',
} as const;

describe('saved searches', () => {
  it('are there again after a restart, in their order, for their owner alone', () => {
    const path = newPath();
    const first = openSavedSearches(path, recordingLogger());
    const { id } = first['searches.save'](wanted) as { id: string };
    void first['searches.save']({ ...wanted, name: 'Slow', sort: 'slowest' });
    void first['searches.save']({ ...wanted, id, name: 'Refused' });
    const again = openSavedSearches(path, recordingLogger());
    expect(again['searches.list']()).toMatchObject([
      { id, name: 'Refused', sort: 'newest', filter: { decisions: ['denied'] } },
      { name: 'Slow', sort: 'slowest' },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are removed, and saved again with their id to undo that', () => {
    const searches = openSavedSearches(newPath(), recordingLogger());
    const saved = searches['searches.save'](wanted) as { id: string };
    expect(searches['searches.remove'](saved)).toBe(true);
    expect(searches['searches.remove'](saved)).toBe(false);
    void searches['searches.save']({ ...wanted, id: saved.id });
    expect(searches['searches.list']()).toMatchObject([{ id: saved.id }]);
  });

  it('begin anew where the file is damaged, which is kept', () => {
    const path = newPath();
    writeFileSync(path, '{"half":');
    const logger = recordingLogger();
    expect(openSavedSearches(path, logger)['searches.list']()).toEqual([]);
    expect(logger.events).toContain('searches_damaged');
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('{"half":');
  });

  it('say where they could not be written, and stay as they were', () => {
    const path = join(newPath(), 'no such folder', 'searches.json');
    const searches = openSavedSearches(path, recordingLogger());
    expect(() => searches['searches.save'](wanted)).toThrow(/could not be written/);
    expect(searches['searches.list']()).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });
});
