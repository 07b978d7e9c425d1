import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { auditLogColumns } from '../../../../../electron/gateway/audit/export/exported-call.ts';
import { openForReading } from '../../../../../electron/gateway/audit/open-database.ts';
import { exportedLog } from './exported-log.ts';

/** RFC 4180, read by its grammar. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('an export', () => {
  it('has a JSON object for each call, with JSON in it where the log has some', async () => {
    const { exported } = await exportedLog();
    const { text, news } = await exported('jsonl');
    const calls = linesOf(text);
    expect(calls).toHaveLength(12);
    expect(calls[0]).toMatchObject({
      timestamp: '2025-06-15T15:06:40.000Z',
      tool: 'read_file',
      arguments: { n: 0, odd: 'ü\n"=1+1"' },
      capabilities: ['read:*'],
      allowed: true,
      status: 'ok',
    });
    expect(calls[10]).toMatchObject({ allowed: false, violations: ['no writes to /etc', 'second "reason"'] });
    expect(news.at(0)).toEqual({ kind: 'progress', written: 0, total: 12 });
    expect(news.at(-1)).toEqual({ kind: 'done', written: 12 });
  });

  it('has the same calls as one JSON array, also where there are none', async () => {
    const { exported } = await exportedLog();
    const lines = linesOf((await exported('jsonl')).text);
    expect(JSON.parse((await exported('json')).text)).toEqual(lines);
    expect(JSON.parse((await exported('json', { tools: ['nothing'] })).text)).toEqual([]);
  });

  it('is of the calls alone that a filter means', async () => {
    const { exported } = await exportedLog();
    const tools = (text: string) => linesOf(text).map(({ tool }) => tool);
    expect(tools((await exported('jsonl', { tools: ['write_file'] })).text)).toEqual(
      Array.from({ length: 3 }, () => 'write_file'),
    );
    expect(tools((await exported('jsonl', { decisions: ['denied'] })).text)).toEqual(['=cmd|calc']);
    expect(tools((await exported('jsonl', { text: '"n" 7' })).text)).toEqual(['read_file']);
  });

  it('is CSV that a spreadsheet reads, and does not run', async () => {
    const { exported } = await exportedLog();
    const [head = [], ...rows] = readCsv((await exported('csv')).text);
    expect(head).toEqual([...auditLogColumns, 'notes', 'alert']);
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
    const cell = (row: number, column: string) => rows[row]?.[head.indexOf(column)];
    expect(cell(0, 'arguments')).toBe('{"n":0,"odd":"ü\\n\\"=1+1\\""}');
    expect(cell(10, 'tool')).toBe("'=cmd|calc");
    expect(cell(10, 'error_code')).toBe('-32001');
    for (const value of rows.flat()) expect(value).not.toMatch(/^[=+@\t\r]|^-(?!\d+$)/u);
  });

  it('is a database with the columns and the values of the view audit_log', async () => {
    const { exported, path } = await exportedLog();
    const { file } = await exported('sqlite');
    const copy = new Database(file, { readonly: true });
    const original = openForReading(path);
    try {
      expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
      const columns = auditLogColumns.join(', ');
      expect(copy.prepare(`SELECT ${columns} FROM audit_log ORDER BY id`).all()).toEqual(
        original.prepare('SELECT * FROM audit_log ORDER BY id').all(),
      );
    } finally {
      copy.close();
      original.close();
    }
  });

  it('has OCSF events of the class API Activity with all that this requires', async () => {
    const { exported } = await exportedLog();
    const events = linesOf((await exported('ocsf')).text);
    expect(events).toHaveLength(12);
    for (const event of events) {
      expect(event).toMatchObject({
        metadata: { version: '1.6.0', product: { name: 'MCP Proxy Desktop' } },
        category_uid: 6,
        class_uid: 6003,
        type_uid: 6003 * 100 + Number(event.activity_id),
        time: expect.any(Number) as number,
        severity_id: expect.any(Number) as number,
        actor: { session: { uid: expect.any(String) as string } },
        api: { operation: expect.any(String) as string, request: { uid: expect.any(String) as string } },
        src_endpoint: { ip: '127.0.0.1' },
      });
    }
    expect(events[0]).toMatchObject({ status_id: 1, action_id: 1, disposition_id: 1 });
    expect(events[10]).toMatchObject({
      status_id: 2,
      action_id: 2,
      disposition_id: 2,
      policy: { name: 'deny_etc' },
    });
  });
});
