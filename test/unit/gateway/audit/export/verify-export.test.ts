import { createHash, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonical, digestOf, link } from '../../../../../electron/gateway/audit/chain.ts';
import {
  chainedRecord,
  type EndLine,
  type HeadLine,
  type ProofLine,
  type RecordLine,
} from '../../../../../electron/gateway/audit/export/proof-lines.ts';
import { readLines } from '../../../../../electron/gateway/audit/export/read-lines.ts';
import { verifyExport } from '../../../../../electron/gateway/audit/export/verify-export.ts';
import { createSigner, spkiOf } from '../../../../../electron/gateway/audit/signed-checkpoint.ts';
import { temporaryFolder } from '../places.ts';
import { allowed, sampleCall } from '../samples.ts';
import { exportedLog } from './exported-log.ts';

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ProofLine);

const textOf = (lines: readonly ProofLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

function verify(text: string, key: string | null = null) {
  const file = join(temporaryFolder(), 'export.jsonl');
  writeFileSync(file, text);
  return verifyExport(readLines(file), key);
}

const isRecord = (line: ProofLine): line is RecordLine => ['call', 'outcome', 'event'].includes(line.kind);

/** The records of one kind, with the place of each among all lines. */
function recordsOf(lines: readonly ProofLine[], kind: RecordLine['kind']) {
  return lines.flatMap((line, index) => (isRecord(line) && line.kind === kind ? [{ line, index }] : []));
}

function brokenBy(text: string, change: (lines: ProofLine[]) => ProofLine[], key: string | null = null) {
  const verdict = verify(textOf(change(linesOf(text))), key);
  expect(verdict.state).toBe('broken');
  return verdict.state === 'unreadable' ? null : verdict.broken;
}

/** What somebody without the key can do: the hashes from a record on, and the digest of the file, are made anew. */
function rehash(lines: readonly ProofLine[]): ProofLine[] {
  let previous = '';
  const linked = lines.map((line) => {
    if (line.kind === 'piece') previous = line.hash;
    if (!isRecord(line)) return line;
    const { kind, seq, values } = chainedRecord(line);
    previous = link(previous, digestOf(canonical(kind, seq, values)));
    return { ...line, hash: previous };
  });
  return redigest(linked);
}

function redigest(lines: readonly ProofLine[]): ProofLine[] {
  const digest = createHash('sha256')
    .update(textOf(lines.slice(0, -1)))
    .digest('hex');
  return [...lines.slice(0, -1), { ...(lines.at(-1) as EndLine), digest }];
}

describe('an export with its proof', () => {
  it('is whole, and says who signed it', async () => {
    const { exported, signing } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const key = signing.proof().key?.id ?? '';
    const verdict = verify(text, key);
    expect(verdict).toMatchObject({ state: 'whole', calls: 12, keyId: key, broken: null });
    const records = linesOf(text).filter(isRecord);
    expect(verdict).toMatchObject({ records: records.length, signedThrough: records.at(-1)?.seq });
  });

  it('of a filter shows what it means, and digests of what it does not', async () => {
    const { exported } = await exportedLog(300);
    const { text } = await exported('jsonl', { text: '"n" 100' }, true);
    const lines = linesOf(text);
    const shown = lines.filter(isRecord);
    expect(shown.map(({ kind }) => kind)).toEqual(['call', 'outcome']);
    expect(text).not.toContain('"n\\":101');
    // Not of all that there is: from the call to the next signature.
    expect(text.length).toBeLessThan(6000);
    expect(verify(text)).toMatchObject({ state: 'whole', calls: 1, records: 2 });
  });

  it('of a filter that finds something here and there is whole, too', async () => {
    const { exported } = await exportedLog(200);
    const { text } = await exported('jsonl', { tools: ['write_file'] }, true);
    expect(verify(text)).toMatchObject({ state: 'whole', calls: 66 });
    const kinds = new Set(linesOf(text).map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['head', 'piece', 'call', 'outcome', 'omitted', 'checkpoint', 'end']));
  });

  it('of nothing is whole', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', { tools: ['nothing'] }, true);
    expect(verify(text)).toMatchObject({ state: 'whole', records: 0 });
  });

  it('holds together where there is no key, and nobody vouches for it', async () => {
    const { exported } = await exportedLog(10, null);
    const { text } = await exported('jsonl', {}, true);
    expect(verify(text)).toMatchObject({ state: 'whole', keyId: null, signedThrough: 0 });
    expect(verify(text, 'abc')).toMatchObject({ state: 'broken', broken: { kind: 'replaced_key' } });
  });

  it('tells a changed field, also where the hashes were made anew', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const forge = (lines: ProofLine[]) => {
      const { line, index } = recordsOf(lines, 'call')[4] ?? expect.fail();
      return lines.with(index, { ...line, record: { ...line.record, tool: 'harmless' } });
    };
    const seq = recordsOf(linesOf(text), 'call')[4]?.line.seq;
    expect(brokenBy(text, forge)).toMatchObject({ kind: 'changed', seq });
    expect(brokenBy(text, (lines) => redigest(forge(lines)))).toMatchObject({ kind: 'changed', seq });
    expect(brokenBy(text, (lines) => rehash(forge(lines)))).toMatchObject({ kind: 'rewritten' });
  });

  it('tells a deleted row, also where those after it were renumbered', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const { index, line } = recordsOf(linesOf(text), 'outcome')[3] ?? expect.fail();
    expect(brokenBy(text, (lines) => lines.toSpliced(index, 1))).toMatchObject({
      kind: 'deleted',
      seq: line.seq,
    });
    const renumbered = (lines: ProofLine[]) =>
      lines
        .toSpliced(index, 1)
        .map((one) => (isRecord(one) && one.seq > line.seq ? { ...one, seq: one.seq - 1 } : one));
    expect(brokenBy(text, renumbered)).toMatchObject({ kind: 'deleted', seq: line.seq });
    expect(brokenBy(text, (lines) => rehash(renumbered(lines)))).toMatchObject({ kind: 'deleted' });
  });

  it('tells an inserted row', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const { index, line } = recordsOf(linesOf(text), 'call')[3] ?? expect.fail();
    expect(brokenBy(text, (lines) => lines.toSpliced(index, 0, line))).toMatchObject({ kind: 'inserted' });
    const renumbered = (lines: ProofLine[]) => [
      ...lines.slice(0, index),
      line,
      ...lines.slice(index).map((one) => (isRecord(one) ? { ...one, seq: one.seq + 1 } : one)),
    ];
    expect(brokenBy(text, renumbered)).toMatchObject({ kind: 'inserted' });
  });

  it('tells reordered rows', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const { index, line } = recordsOf(linesOf(text), 'call')[2] ?? expect.fail();
    const swapped = (lines: ProofLine[]) => {
      const other = lines[index + 1];
      return other === undefined ? lines : lines.with(index, other).with(index + 1, line);
    };
    expect(brokenBy(text, swapped)).toMatchObject({ kind: 'reordered', seq: line.seq });
  });

  it('tells a truncated tail, also where a last line was put there', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    expect(brokenBy(text, (lines) => lines.slice(0, -1))).toMatchObject({ kind: 'truncated' });
    expect(brokenBy(text, (lines) => lines.slice(0, -5))).toMatchObject({ kind: 'truncated' });
    const ended = (cut: number) => (lines: ProofLine[]) => {
      const kept = lines.slice(0, -cut);
      const calls = recordsOf(kept, 'call').length;
      return redigest([...kept, { ...(lines.at(-1) as EndLine), calls }]);
    };
    // Behind a record, and behind a signature, up to which all that is left is signed.
    expect(brokenBy(text, ended(4))).toMatchObject({ kind: 'truncated' });
    const checkpoint = linesOf(text).findIndex(({ kind }) => kind === 'checkpoint');
    const kept = linesOf(text).length - checkpoint - 1;
    expect(brokenBy(text, ended(kept))).toMatchObject({ kind: 'bad_signature' });
    expect(
      brokenBy(text, (lines) => ended(kept)(lines).with(-1, { ...(lines.at(-1) as EndLine), seal: null })),
    ).toMatchObject({ kind: 'truncated' });
  });

  it('tells a replaced key, where it is known which one it should be', async () => {
    const { exported, signing } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const id = signing.proof().key?.id ?? '';
    const other = createSigner(generateKeyPairSync('ed25519').privateKey);
    const publicKey = spkiOf(other.publicKey);
    const inHead = (lines: ProofLine[]) => lines.with(0, { ...(lines[0] as HeadLine), publicKey });
    expect(brokenBy(text, inHead)).toMatchObject({ kind: 'replaced_key' });
    const signedAnew = (lines: ProofLine[]) => {
      const { log } = lines[0] as HeadLine;
      const signed = redigest(
        inHead(lines).map((line) =>
          line.kind === 'checkpoint' ? { ...line, ...other.sign(log, line, line.at) } : line,
        ),
      );
      const end = signed.at(-1) as EndLine;
      return signed.with(-1, { ...end, seal: other.seal(log, end.digest, 1) });
    };
    expect(verify(textOf(signedAnew(linesOf(text))))).toMatchObject({ state: 'whole', keyId: other.keyId });
    expect(brokenBy(text, signedAnew, id)).toMatchObject({ kind: 'replaced_key' });
  });

  it('tells where a record that was shown is only a digest now', async () => {
    const { exported } = await exportedLog();
    const { text } = await exported('jsonl', {}, true);
    const { line, index } = recordsOf(linesOf(text), 'call')[5] ?? expect.fail();
    const { kind, seq, values } = chainedRecord(line);
    const digests = Buffer.from(digestOf(canonical(kind, seq, values)), 'hex').toString('base64');
    const hidden = { kind: 'omitted', from: seq, through: seq, digests, hash: line.hash ?? '' } as const;
    expect(brokenBy(text, (lines) => lines.with(index, hidden))).toMatchObject({ kind: 'rewritten' });
    expect(brokenBy(text, (lines) => redigest(lines.with(index, hidden)))).toMatchObject({
      kind: 'bad_signature',
    });
  });

  it('is not read where it is something else', async () => {
    const { exported } = await exportedLog();
    expect(verify((await exported('jsonl')).text)).toMatchObject({ state: 'unreadable' });
    expect(verify('')).toMatchObject({ state: 'unreadable' });
    const { text } = await exported('jsonl', {}, true);
    expect(brokenBy(text.replace('"kind":"outcome"', '"kind":"outcom"'), (lines) => lines)).toMatchObject({
      kind: 'changed',
    });
  });
});

describe('an export over a change of the key', () => {
  async function overTwoKeys() {
    const opened = await exportedLog(10, { from: 'file' });
    const before = opened.signing.proof().key?.id ?? '';
    const { key } = opened.signing.replaceKey();
    await opened.log.record(sampleCall(), allowed, null);
    opened.signing.signNow();
    const { text } = await opened.exported('jsonl', {}, true);
    return { ...opened, text, before, after: key?.id ?? '' };
  }

  it('is whole for whoever knows the new key, and for whoever knows the old one alone', async () => {
    const { text, before, after } = await overTwoKeys();
    expect(verify(text)).toMatchObject({ state: 'whole', keyId: after });
    expect(verify(text, after).state).toBe('whole');
    expect(verify(text, before)).toMatchObject({ state: 'whole', keyId: after });
    expect(verify(text, '0123456789abcdef')).toMatchObject({ broken: { kind: 'replaced_key' } });
  });

  it.each<[string, (head: HeadLine) => Partial<HeadLine>]>([
    ['is not told', () => ({ earlier: [] })],
    [
      'is not signed by the old key',
      ({ earlier }) => ({
        earlier: earlier.map((one) => ({ ...one, signature: Buffer.alloc(64).toString('base64') })),
      }),
    ],
    ['came sooner', ({ earlier }) => ({ earlier: earlier.map((one) => ({ ...one, through: 5 })) })],
    [
      'is that of a stranger',
      ({ earlier }) => ({
        earlier: earlier.map((one) => ({
          ...one,
          publicKey: spkiOf(generateKeyPairSync('ed25519').publicKey),
        })),
      }),
    ],
  ])('is broken where that %s', async (_what, change) => {
    const { text, before } = await overTwoKeys();
    const forged = (lines: ProofLine[]) => {
      const [head, ...others] = lines;
      return redigest([{ ...(head as HeadLine), ...change(head as HeadLine) }, ...others]);
    };
    expect(brokenBy(text, forged)?.kind).toBe('replaced_key');
    expect(brokenBy(text, forged, before)?.kind).toBe('replaced_key');
  });

  it('does not let the old key sign what came after it', async () => {
    const { text } = await overTwoKeys();
    const late = (lines: ProofLine[]) =>
      redigest(
        lines.map((line, index) => {
          const last = lines.findLastIndex(({ kind }) => kind === 'checkpoint');
          const [first] = lines.filter(({ kind }) => kind === 'checkpoint');
          if (index !== last || line.kind !== 'checkpoint' || first?.kind !== 'checkpoint') return line;
          return { ...line, keyId: first.keyId };
        }),
      );
    expect(brokenBy(text, late)?.kind).toBe('replaced_key');
  });
});
