// Fills an audit log with what agents do in a month: clients, servers, tools, paths, commands, texts, and some that fail.
import type { Database } from 'better-sqlite3';

const clients = ['Claude Desktop', 'Claude Code', 'Cursor', 'VS Code', 'Codex'];
const servers: Readonly<Record<string, readonly string[]>> = {
  files: ['read_file', 'write_file', 'list_directory', 'search_files', 'move_file', 'delete_file'],
  git: ['status', 'diff', 'commit', 'log', 'branch', 'push'],
  shell: ['run', 'run_in_background'],
  tickets: ['search_issues', 'get_issue', 'create_issue', 'add_comment'],
  mail: ['search', 'read_message', 'send_mail'],
  web: ['fetch', 'search_web'],
  database: ['query', 'describe_table', 'list_tables'],
  notes: ['add_note', 'list_notes'],
};
const words = (
  'src lib index config package readme test main users notes report draft invoice token secret deploy build docker ' +
  'server client policy audit search garden house music photo archive backup summary meeting project budget plan ' +
  'review schema table query select insert update commit branch merge issue ticket customer order price café größe'
).split(' ');

const monthMs = 30 * 24 * 3_600_000;

/** Always the same numbers, so that runs can be compared. */
function createDice(): (sides: number) => number {
  let state = 1;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 0x8000_0000) * sides);
  };
}

/**
 * Writes so many calls with their outcomes, in the numbers of the chain but without its hashes: records like those of a
 * log that is older than the chain. `until` is the time of the last one, Unix milliseconds.
 */
export function fillLog(database: Database, calls: number, until: number): void {
  const dice = createDice();
  const pick = <T>(list: readonly T[]): T => list[Math.min(dice(list.length), dice(list.length))] as T;
  const word = () => pick(words);
  const path = () => `/home/me/${word()}/${word()}/${word()}_${dice(1000)}.ts`;
  const sentence = (length: number) => Array.from({ length }, word).join(' ');

  function argumentsOf(tool: string): unknown {
    if (/file|directory/u.test(tool)) {
      return tool === 'write_file'
        ? { path: path(), content: `${sentence(12)}\n${sentence(40)}` }
        : { path: path() };
    }
    if (tool.includes('run')) {
      return {
        command: `git ${word()} --${word()} && npm run ${word()}`,
        cwd: `/home/me/${word()}`,
        timeout: 30_000,
      };
    }
    if (/fetch|web/u.test(tool))
      return { url: `https://${word()}.example.com/${word()}?${word()}=${dice(1_000_000)}` };
    return { query: sentence(4), limit: 20, id: dice(1_000_000_000).toString(16), labels: [word(), word()] };
  }

  const insertCall = database.prepare(
    `INSERT INTO calls (id, at, request_id, session_id, agent_id, agent_name, capabilities, client, client_version,
       server, method, tool, resource, allowed, reason, matched_rule, violations, policy_mode, waited_ms, source_ip,
       error_code, error_message, arguments_bytes, arguments, facts, notes, alert)
     VALUES (?, ?, ?, ?, ?, ?, '["read:*","write:*"]', ?, '1.2.3', ?, ?, ?, ?, ?, ?, ?, ?, 'enforce', ?, '127.0.0.1',
       ?, ?, ?, ?, ?, null, ?)`,
  );
  const insertOutcome = database.prepare(
    'INSERT INTO outcomes (seq, call_id, status, latency_us, response_bytes, error_code, error_message) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const facts =
    '{"answer":"allow","requests":12,"started":1750000000000,"reads":5,"writes":2,"past":7,' +
    '"process":{"pid":4711,"executable":"/usr/bin/node","name":"node"},"environment":"development"}';
  const serverNames = Object.keys(servers);
  let seq = database.prepare<[], number>('SELECT coalesce(max(id), 0) + 2 FROM calls').pluck().get() ?? 0;
  let session = '';
  let client = '';
  const write = database.transaction((from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      if (dice(300) === 0 || session === '') {
        session = Array.from({ length: 4 }, () => dice(0x7fff_ffff).toString(16).padStart(8, '0')).join('');
        client = pick(clients);
      }
      const at = until - Math.floor(((calls - n) / calls) * monthMs);
      const server = pick(serverNames);
      const tool = pick(servers[server] ?? []);
      const isRead = dice(20) === 0;
      const fate = dice(1000);
      const [allowed, reason] =
        fate < 40 ? [0, 'policy'] : fate < 50 ? [0, 'token'] : fate < 58 ? [1, 'person'] : [1, 'policy'];
      const json = isRead ? `{"uri":"file://${path()}"}` : JSON.stringify(argumentsOf(tool));
      const id = seq++;
      insertCall.run(
        id,
        at,
        `req_${dice(0x7fff_ffff).toString(16).padStart(8, '0')}${n.toString(16).padStart(8, '0')}`,
        session,
        'anonymous',
        'Anonymous',
        client,
        server,
        isRead ? 'resources/read' : 'tools/call',
        isRead ? null : tool,
        isRead ? `file://${path()}` : null,
        allowed,
        reason,
        allowed === 1 ? `allow_${server}` : reason === 'policy' ? `deny_${tool}` : null,
        reason === 'policy' && allowed === 0 ? '["is not allowed here"]' : null,
        reason === 'person' ? 1000 + dice(20_000) : null,
        allowed === 1 ? null : -32_001,
        allowed === 1 ? null : 'Policy violation',
        json.length,
        json,
        facts,
        dice(2000) === 0 ? 'This looks odd' : null,
      );
      if (allowed === 0) continue;
      const failed = dice(50) === 0;
      const latency = 300 + dice(2000) + (dice(30) === 0 ? dice(5_000_000) : 0);
      insertOutcome.run(
        seq++,
        id,
        failed ? 'error' : 'ok',
        latency,
        100 + dice(4000),
        failed ? -32_000 : null,
        failed ? `${word()} could not be found` : null,
      );
    }
  });
  for (let n = 0; n < calls; n += 10_000) write(n, Math.min(calls, n + 10_000));
  database.pragma('wal_checkpoint(TRUNCATE)');
}
