// What a modern server gives its client to keep, and what the client gives it back, are the same bytes on both sides.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeProcess, startBridge } from './bridge-process.ts';
import { type RunningProxy, startProxy } from './harness.ts';
import { claims, postModern } from './raw-modern.ts';
import { type RawTransport, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const transports: RawTransport[] = ['http', 'stdio'];

/** As they stand in the JSON: much of it would be another text once it was read and written again. */
const states: Record<string, string> = {
  'with escapes that need not be there': String.raw`"\u0041\u00e4\/\ud83d\ude00"`,
  'with half a character': String.raw`"\ud800 \udc00"`,
  'with control characters and beyond ASCII': String.raw`"\u0000\t\n äöü 漢字 😀 ` + '\u2028 \u007f"',
  'with numbers, as a text': String.raw`"{\"n\":12345678901234567890,\"x\":1.0,\"e\":1E+2}"`,
  'that looks like an encoded header': '"=?base64?w6Q=?="',
  'of 300,000 letters': `"${'ä\\u00e4x'.repeat(33_334)}"`,
  'that is empty': '""',
};

/** Beside the state, with numbers that would not survive either. */
const question = '{"q":{"method":"elicitation/create","params":{"n":1152921504606846977, "x":1.0}}}';
const answers = '{"q":{"action":"accept","content":{"n":1152921504606846977, "x":1.0}}}';

describe.each(transports)('a modern server over %s', (transport) => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;
  let bridge: BridgeProcess;
  let lastId = 0;

  beforeAll(async () => {
    upstream = await startRawUpstream(transport);
    const servers = { raw: { ...upstream.section, era: 'modern' } };
    // Without a policy: the engine is not the subject.
    proxy = await startProxy({ config: { servers, policy: { enabled: false } } });
    bridge = startBridge('--url', proxy.url, '--server', 'raw');
  });
  afterAll(async () => {
    bridge.hangUp();
    await bridge.ended;
    await proxy.stop();
    await upstream.close();
  });

  const clients = {
    http: async (request: string) => (await postModern(`${proxy.url}/servers/raw/mcp`, request)).body,
    'the bridge': (request: string, id: string) => {
      bridge.say(request);
      return bridge.hear(id);
    },
  };

  describe.each(Object.entries(clients))('and a client over %s', (_client, ask) => {
    it.each(Object.entries(states))('a state %s', async (_name, state) => {
      const id = `"id ${(lastId += 1)}"`;
      const reply = `{"result":{"requestState":${state}, "inputRequests":${question},"resultType":"input_required"}, "id":$id,"jsonrpc":"2.0"}`;
      const given = JSON.stringify({ reply: Buffer.from(reply).toString('base64') });
      const request =
        `{"id":${id}, "jsonrpc":"2.0","method":"tools/call","params":{"requestState":${state}, ` +
        `"inputResponses":${answers},"_meta":${JSON.stringify(claims)},"name":"raw","arguments":${given}}}`;

      expect(await ask(request, id)).toBe(reply.replace('$id', id));
      const arrived = upstream.received().at(-1)?.toString() ?? '';
      // All clients of a process share it, so that ids have to be its own ones.
      expect(transport === 'http' ? arrived : arrived.replace(/^\{"id":\d+/u, `{"id":${id}`)).toBe(request);
    });
  });
});
