// Entry of the stand-alone verifier: says whether an export of the audit log is what the proxy wrote. It needs Node alone.
import { parseArgs } from 'node:util';
import { readLines } from './read-lines.ts';
import { type ExportVerdict, verifyExport } from './verify-export.ts';

const usage = `verify-audit [--key ID] [--json] FILE

Verifies an export of the audit log that was made as JSONL with proof.

  --key ID   The file has to be signed with this key. The app shows its key's id beside the log. Without this option
             any key is good, also one that somebody has put in the place of yours.
  --json     Print the result as JSON.

Exit codes: 0 whole and signed, 1 broken, 2 the file or an option can't be read, 3 it holds together, and nobody signed it.
`;

const exitCodes = { whole: 0, broken: 1, unreadable: 2, unsigned: 3 } as const;

function main(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    options: { key: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (values.help === true || file === undefined || more.length > 0) {
    process.stdout.write(usage);
    return values.help === true ? 0 : exitCodes.unreadable;
  }
  const verdict = verifyExport(readLines(file), values.key ?? null);
  process.stdout.write(values.json === true ? `${JSON.stringify(verdict)}\n` : inWords(verdict));
  if (verdict.state === 'whole' && verdict.keyId === null) return exitCodes.unsigned;
  return exitCodes[verdict.state];
}

function inWords(verdict: ExportVerdict): string {
  if (verdict.state === 'unreadable') return `${verdict.why}\n`;
  const { broken, records, calls, log, keyId, signedThrough, at } = verdict;
  if (broken !== null) return `BROKEN (${broken.kind}) at record ${broken.seq}: ${broken.message}\n`;
  const what = `${records} records, ${calls} of them calls, of log ${log}, exported at ${new Date(at).toISOString()}.`;
  return keyId === null
    ? `UNSIGNED: the records hold together, but nobody vouches for them.\n${what}\n`
    : `OK: ${what}\nSigned through record ${signedThrough} with the key ${keyId}.\n`;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  // A file that is not there, or an option that there is not.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodes.unreadable;
}
