// The audit log on its way to a real collector over HTTP: in order, each record at least once, whatever the collector does.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallLog, type SqliteCallLog } from '../../../../../electron/gateway/audit/call-log.ts';
import {
  canonical,
  chainedColumns,
  type ColumnValue,
  digestOf,
  link,
  type RecordKind,
} from '../../../../../electron/gateway/audit/chain.ts';
import { createPlaceReader, wholeChain } from '../../../../../electron/gateway/audit/chained-rows.ts';
import { newestEvent } from '../../../../../electron/gateway/audit/event-rows.ts';
import { openForUpkeep } from '../../../../../electron/gateway/audit/open-database.ts';
import { deleteBefore } from '../../../../../electron/gateway/audit/retention.ts';
import { createCollector } from '../../../../../electron/gateway/audit/shipping/collector.ts';
import { startShipping } from '../../../../../electron/gateway/audit/shipping/shipping.ts';
import type {
  ShippingSettings,
  ShippingState,
} from '../../../../../electron/gateway/audit/shipping/shipping-contract.ts';
import { type CollectorReply, startCollector } from '../../../../fixtures/otlp-collector.ts';
import { sampleRedactor } from '../../redaction/sample.ts';
import { temporaryFolder } from '../places.ts';
import { allowed, answered, recordingLogger, sampleCall } from '../samples.ts';

const patience = { timeout: 15_000, interval: 20 };

function openLog(path: string): SqliteCallLog {
  return openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
}

/** A log with a collector that it can be shipped to. */
async function scene() {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openLog(path);
  const database = openForUpkeep(path);
  const collector = await startCollector();
  onTestFinished(async () => {
    await collector.stop();
    database.close();
    log.close();
  });
  const newest = () => createPlaceReader(database)(Number.MAX_SAFE_INTEGER).seq;
  return {
    path,
    log,
    database,
    collector,
    newest,
    numbers: () => [...wholeChain(database, 0, newest())].map(({ seq }) => seq),
    async calls(count: number, argumentsText?: string) {
      for (let n = 0; n < count; n += 1) {
        const call = sampleCall(argumentsText === undefined ? {} : { argumentsText });
        await log.complete(await log.record(call, allowed, null), answered);
      }
    },
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Ships it until the test ends, or `close` is called. */
function ship({ database, collector }: Scene, settings: Partial<ShippingSettings> = {}) {
  const target = {
    ...{
      url: `${collector.url}/v1/logs`,
      token: null,
      tokenFile: null,
      headers: {},
      ca: null,
      certificate: null,
    },
    ...{
      timeoutMs: 500,
      compression: 'gzip' as const,
      resource: { 'service.name': 'test' },
      userAgent: 'test',
    },
  };
  const states: ShippingState[] = [];
  const logger = recordingLogger();
  const shipping = startShipping(database, {
    ...{ target, batchSize: 10, intervalMs: 10, from: 'start' as const, maxBacklog: null, ...settings },
    collector: createCollector(settings.target ?? target),
    logger,
    onChange: (state) => states.push(state),
  });
  let over: Promise<void> | undefined;
  const close = (ms = 0) => (over ??= shipping.close(ms));
  onTestFinished(() => close());
  return { close, logger, state: () => states.at(-1) ?? expect.fail('nothing was told') };
}

describe('shipping', () => {
  it('brings every record, in order, and what comes after it began', async () => {
    const place = await scene();
    await place.calls(17);
    ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    await place.calls(3);
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    expect(place.collector.requests.every(({ records }) => records.length <= 10)).toBe(true);
  });

  it('begins with this start of the program where it is switched on first', async () => {
    const place = await scene();
    await place.calls(2);
    place.log.close();
    const before = place.newest();
    const second = openLog(place.path);
    onTestFinished(() => second.close());
    ship(place, { from: 'now' });
    await vi.waitFor(() => expect(place.collector.taken()).toEqual([before + 1]), patience);
  });

  it('goes on after a start where it was, and sends nothing again', async () => {
    const place = await scene();
    await place.calls(5);
    const first = ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toHaveLength(place.newest()), patience);
    await first.close(1000);
    await place.calls(5);
    ship(place, { from: 'now' });
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
  });

  it('sends everything again where it is not known any more up to where it came', async () => {
    const place = await scene();
    const first = ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toHaveLength(place.newest()), patience);
    await first.close(1000);
    writeFileSync(`${place.path}.shipped`, '');
    ship(place, { from: 'now' });
    await vi.waitFor(
      () => expect(place.collector.taken()).toEqual([...place.numbers(), ...place.numbers()]),
      patience,
    );
  });

  it('sends what can be checked: the chain can be computed from what arrives', async () => {
    const place = await scene();
    await place.calls(3, '{"path":"/tmp/\\u00e9","n":[1,2.5,null]}');
    ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    let previous = '0'.repeat(64);
    for (const { seq, eventName, body, attributes } of place.collector.records()) {
      const [, name = ''] = /^mcp_proxy\.audit\.(.*)$/u.exec(eventName) ?? [];
      const kind: RecordKind = name === 'call' || name === 'outcome' ? name : 'event';
      const values = chainedColumns[kind].map((column) => (body[column] ?? null) as ColumnValue);
      previous = link(previous, digestOf(canonical(kind, seq, values)));
      expect(attributes['mcp_proxy.audit.hash']).toBe(previous);
    }
  });

  it('names things as OpenTelemetry does', async () => {
    const place = await scene();
    const at = Date.now();
    const id = await place.log.record(sampleCall({ at, tool: 'write_file' }), allowed, {
      code: -32001,
      message: 'No',
    });
    ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toContain(id), patience);
    const call = place.collector.records().find(({ seq }) => seq === id);
    expect(call).toMatchObject({ eventName: 'mcp_proxy.audit.call', severity: 'WARN', at });
    expect(call?.resource).toEqual({ 'service.name': 'test' });
    expect(call?.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'mcp.session.id': 'session-1',
      'gen_ai.tool.name': 'write_file',
      'gen_ai.operation.name': 'execute_tool',
      'client.address': '127.0.0.1',
      'rpc.response.status_code': '-32001',
      'error.type': '-32001',
      'mcp_proxy.decision': 'deny',
      'mcp_proxy.client.name': 'Claude Desktop',
    });
  });

  it('shows an outcome with the call that it ends', async () => {
    const place = await scene();
    const at = Date.now();
    const id = await place.log.record(
      sampleCall({ at, tool: 'prompt', method: 'prompts/get' }),
      allowed,
      null,
    );
    await place.log.complete(id, {
      ...answered,
      status: 'error',
      latencyMicros: 2_000_000,
      errorCode: -32602,
    });
    ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toHaveLength(place.newest()), patience);
    const outcome = place.collector
      .records()
      .find(({ eventName }) => eventName === 'mcp_proxy.audit.outcome');
    expect(outcome).toMatchObject({ severity: 'WARN', at: at + 2000 });
    expect(outcome?.attributes).toMatchObject({
      'mcp_proxy.call.seq': id,
      'gen_ai.prompt.name': 'prompt',
      'mcp_proxy.status': 'error',
      'mcp_proxy.duration': 2,
      'error.type': '-32602',
    });
    expect(outcome?.attributes).not.toHaveProperty(['gen_ai.tool.name']);
  });

  it('ships what is left at its end, and does not wait for a collector that hangs', async () => {
    const place = await scene();
    const quick = ship(place, { intervalMs: 60_000 });
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    await place.calls(25);
    await quick.close(5000);
    expect(place.collector.taken()).toEqual(place.numbers());

    place.collector.answer(() => new Promise<CollectorReply>(() => undefined));
    await place.calls(1);
    const hanging = ship(place);
    await vi.waitFor(() => expect(place.collector.requests.at(-1)?.records).toHaveLength(2), patience);
    const begun = performance.now();
    await hanging.close(100);
    expect(performance.now() - begun).toBeLessThan(450);
  });
});

describe('a collector', () => {
  it('that is away costs nothing but time, and says what to do', async () => {
    const place = await scene();
    await place.collector.stop();
    await place.calls(3);
    const { state } = ship(place);
    await vi.waitFor(() => expect(state().problem).not.toBeNull(), patience);
    expect(state().problem?.message).toMatch(/can't be shipped to http:.*ECONNREFUSED/u);
    expect(state().problem?.remedy).toContain('See that the collector runs');
    expect(state().backlog).toBe(place.newest());
    await place.collector.open();
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    await vi.waitFor(() => expect(state()).toMatchObject({ problem: null, backlog: 0 }), patience);
  });

  it('that is busy is left alone for as long as it asks', async () => {
    const place = await scene();
    const times: number[] = [];
    place.collector.answer(() => {
      times.push(performance.now());
      return times.length === 1 ? { status: 429, headers: { 'retry-after': '2' } } : { status: 200 };
    });
    const { state } = ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1990);
    expect(state().failures).toBe(1);
  });

  it.each([
    [401, /token \(or token_file, headers, cert_file\)/u],
    [404, /endpoint is that of an OTLP\/HTTP receiver/u],
    [307, /where it redirects to/u],
    [400, /has never taken anything yet/u],
    [500, /tried again by itself/u],
  ])('that answers %i loses nothing by it, and it is said what to do', async (status, remedy) => {
    const place = await scene();
    place.collector.answer(() => ({ status, body: '{"message":"no, thanks"}' }));
    const { state } = ship(place);
    await vi.waitFor(() => expect(state().problem).not.toBeNull(), patience);
    expect(state().problem?.message).toContain(`status ${status} (no, thanks)`);
    expect(state().problem?.remedy).toMatch(remedy);
    place.collector.answer(() => ({ status: 200 }));
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
  });

  it('that takes a part of a batch says of the rest why not', async () => {
    const place = await scene();
    place.collector.answer(() => ({
      status: 200,
      body: '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}',
    }));
    const { state, logger } = ship(place, { batchSize: 100 });
    await vi.waitFor(() => expect(state().skipped.refused).toBe(2), patience);
    expect(state()).toMatchObject({ shipped: place.newest() - 2, problem: null, backlog: 0 });
    expect(state().loss?.message).toContain('2 were refused by it: too old');
    expect(logger.events).toContain('audit.unshipped');
  });

  it('that dislikes one record gets all others', async () => {
    const place = await scene();
    await place.calls(12);
    const first = ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    await first.close(1000);
    await place.calls(6, '{"path":"/fine"}');
    await place.calls(1, '{"path":"/poison"}');
    await place.calls(6, '{"path":"/fine"}');
    place.collector.answer(({ text }) => ({
      status: text.includes('/poison') ? 400 : 200,
      body: 'bad data',
    }));
    const { state } = ship(place, { batchSize: 100 });
    await vi.waitFor(() => expect(state()).toMatchObject({ backlog: 0, skipped: { refused: 1 } }), patience);
    expect(place.numbers().filter((seq) => !place.collector.taken().includes(seq))).toHaveLength(1);
    expect(state().loss?.message).toContain('1 were refused by it: status 400, bad data');
  });

  it('that takes little at a time gets little at a time', async () => {
    const place = await scene();
    await place.calls(20);
    place.collector.answer(({ records }) => ({ status: records.length === 1 ? 200 : 413 }));
    // Until it has taken something, it may be none at all.
    const first = ship(place, { batchSize: 1 });
    await vi.waitFor(() => expect(place.collector.taken().length).toBeGreaterThan(3), patience);
    await first.close(1000);
    const { state } = ship(place, { batchSize: 100 });
    await vi.waitFor(() => expect(state()).toMatchObject({ backlog: 0, skipped: { refused: 0 } }), patience);
    expect([...new Set(place.collector.taken())]).toEqual(place.numbers());
  });
});

describe('the queue', () => {
  it('is the log: what retention takes before it was shipped is counted, said, and stands in the log', async () => {
    const place = await scene();
    await place.collector.stop();
    await place.calls(150);
    const { state } = ship(place);
    await vi.waitFor(() => expect(state().problem).not.toBeNull(), patience);
    await deleteBefore(place.database, Date.now() + 60_000, new AbortController().signal, () => undefined);
    await place.collector.open();
    await vi.waitFor(() => expect(state().backlog).toBe(0), patience);
    const gone = newestEvent(place.database, 'log.trimmed')?.details.through ?? 0;
    expect(state().skipped).toEqual({ retention: gone, backlog: 0, refused: 0 });
    expect(state().loss?.message).toContain(`${gone} were deleted`);
    expect(newestEvent(place.database, 'log.unshipped')?.details).toEqual({
      ...{ from: 1, to: gone, records: gone, why: 'retention' },
    });
    expect(place.collector.taken()).toEqual(place.numbers().filter((seq) => seq > gone));
    expect(place.collector.records().map(({ eventName }) => eventName)).toContain(
      'mcp_proxy.audit.log.unshipped',
    );
  });

  it('has a bound: beyond it the oldest records are left out', async () => {
    const place = await scene();
    await place.calls(200);
    const end = place.newest();
    const { state } = ship(place, { maxBacklog: 100 });
    await vi.waitFor(() => expect(state()).toMatchObject({ backlog: 0 }), patience);
    expect(state().skipped).toEqual({ retention: 0, backlog: end - 95, refused: 0 });
    expect(place.collector.taken()).toEqual(place.numbers().slice(end - 95));
  });

  it('remembers its place in a file that the user alone can read', async () => {
    const place = await scene();
    const { close } = ship(place);
    await vi.waitFor(() => expect(place.collector.taken()).toEqual(place.numbers()), patience);
    await close(1000);
    const kept = JSON.parse(readFileSync(`${place.path}.shipped`, 'utf8')) as Record<string, unknown>;
    expect(kept).toMatchObject({ seq: place.newest(), collector: `${place.collector.url}/v1/logs` });
    rmSync(`${place.path}.shipped`);
  });
});
