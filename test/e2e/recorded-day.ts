// An audit log of a working day, written by the log itself: several clients, servers and rules, and all that can become of a call.
import { join } from 'node:path';
import { openCallLog } from '../../electron/gateway/audit/call-log.ts';
import type { Call, Verdict } from '../../electron/gateway/call.ts';
import { temporaryFolder } from '../integration/harness.ts';
import { recordingLogger } from '../unit/gateway/audit/samples.ts';
import { decision, toolCall } from '../unit/gateway/fakes.ts';
import { sampleRedactor } from '../unit/gateway/redaction/sample.ts';

const clients = [
  { name: 'claude-code', version: '2.1.4' },
  { name: 'cursor-vscode', version: '1.9' },
  { name: 'claude-ai', version: '0.14' },
];
const tools: readonly { server: string; tool: string; given: (n: number) => object }[] = [
  {
    server: 'files',
    tool: 'read_file',
    given: (n) => ({ path: `/home/anna/project/src/page-${n % 40}.ts` }),
  },
  { server: 'files', tool: 'search_files', given: (n) => ({ query: `invoice ${n}`, path: '/home/anna' }) },
  { server: 'git', tool: 'git_status', given: () => ({ repository: '/home/anna/project' }) },
  {
    server: 'files',
    tool: 'write_file',
    given: (n) => ({ path: `/home/anna/notes/${n}.md`, text: 'Ideas' }),
  },
  { server: 'web', tool: 'fetch', given: (n) => ({ url: `https://example.com/articles/${n}` }) },
  { server: 'mail', tool: 'send_mail', given: () => ({ to: 'ada@example.com', subject: 'The report' }) },
  { server: 'files', tool: 'delete_file', given: (n) => ({ path: `/home/anna/old/${n}.tmp` }) },
];

function verdictOn(tool: string, n: number): Verdict {
  const is = (
    allow: boolean,
    reason: Verdict['reason'],
    matchedRule: string,
    violations: string[] = [],
    waitedMs: number | null = null,
  ): Verdict => ({
    allow,
    reason,
    mode: 'enforce',
    waitedMs,
    decision: decision({ allow, matchedRule, violations }),
  });
  if (tool === 'delete_file') return is(false, 'policy', 'nothing_is_deleted', ['Deleting is not allowed']);
  if (tool === 'send_mail') {
    return is(n % 3 > 0, 'person', 'sending_asks', ['Sending leaves this machine'], 4_000 + (n % 9) * 1_000);
  }
  if (tool === 'fetch' && n % 4 === 0) return is(false, 'rate_limit', 'web_is_limited');
  return is(true, 'policy', tool === 'write_file' ? 'writing_in_notes' : 'reading_is_free');
}

/**
 * Writes a log with so many calls, the last of them a minute ago, and gives its path.
 * @param hours over which they are spread, more of them in the middle
 */
export async function recordedDay(count: number, hours = 8): Promise<string> {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'production', proxyRegion: '' },
    redactor: sampleRedactor({ enabled: false }),
    logger: recordingLogger(),
  });
  const end = Date.now() - 60_000;
  const ended: Promise<unknown>[] = [];
  for (let n = 0; n < count; n += 1) {
    const { server, tool, given } = tools[((n * n + (n >> 3)) % 53) % tools.length] ?? {
      server: '',
      tool: '',
      given: () => ({}),
    };
    const client = clients[n % 7 < 4 ? 0 : n % 7 < 6 ? 1 : 2] ?? { name: '', version: '' };
    const share = n / count;
    const bent = share + Math.sin(share * 2 * Math.PI) / 8;
    const made = toolCall(tool, given(n));
    const call: Call = {
      ...made,
      at: Math.round(end - (1 - bent) * hours * 3_600_000),
      server,
      client,
      session: { ...made.session, id: `sess_${client.name}_${Math.floor(share * 4)}` },
    };
    const verdict = verdictOn(tool, n);
    const refusal = verdict.allow ? null : { code: -32_001, message: 'Denied by policy' };
    const written = log.record(call, verdict, refusal);
    if (verdict.allow && n !== count - 500) {
      const failed = n % 97 === 0;
      ended.push(
        written.then((id) =>
          log.complete(id, {
            status: failed ? 'error' : 'ok',
            latencyMicros: 800 + ((n * 7_919) % 90_000) * (tool === 'fetch' ? 40 : 1),
            responseBytes: 200 + ((n * 104_729) % 20_000),
            errorCode: failed ? -32_000 : null,
            errorMessage: failed ? 'No such file' : null,
          }),
        ),
      );
    } else ended.push(written);
  }
  await Promise.all(ended);
  log.close();
  return path;
}
