// The proxy forwards the bytes that it was given, in both directions: it never writes a message anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProxy, startProxy } from './harness.ts';
import { type Inbound, openRawSession } from './raw-session.ts';
import { type RawTransport, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const transports: RawTransport[] = ['stdio', 'http'];
const inbounds: Inbound[] = ['sse', 'streamable-http'];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const call = (id: number, given: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'raw', arguments: given } });

/** Each holds something that JSON.parse and JSON.stringify would not give back as it was. */
const oddValues: Record<string, string> = {
  'whole numbers beyond 2^53': '[1152921504606846976,1152921504606846977,-9007199254740993]',
  'numbers in every notation': '[1.0,1e2,1E+2,-0,-0.0,0.10000000000000000001,1e308]',
  'escapes that need not be there': String.raw`"\u0041\u00e4\/\ud83d\ude00"`,
  'a lone surrogate as an escape': String.raw`"\ud800"`,
  'characters beyond ASCII': '"äöü 漢字 😀 \u2028 \u007f"',
  'white space between all tokens': '  { "a" :\t[ 1 ,  2 ] , "b" : { } }  ',
  'keys that are numbers or look like a prototype': '{"2":1,"1":2,"__proto__":{"constructor":null},"":0}',
};

describe.each(transports)('a server over %s', (transport) => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;

  beforeAll(async () => {
    upstream = await startRawUpstream(transport);
    // Without a policy: the engine is not the subject, and it denies what it can't read (a lone surrogate).
    proxy = await startProxy({ config: { upstream: upstream.section, policy: { enabled: false } } });
  });
  afterAll(async () => {
    await proxy.stop();
    await upstream.close();
  });

  describe.each(inbounds)('and a client over %s', (inbound) => {
    let session: Awaited<ReturnType<typeof openRawSession>>;

    beforeAll(async () => {
      session = await openRawSession(inbound, proxy.url);
    });
    afterAll(() => session.close());

    describe.each(Object.entries(oddValues))('%s', (_name, value) => {
      it('reach the server unchanged', async () => {
        const request =
          `{"id":11, "jsonrpc":"2.0","unknown":${value},"method":"tools/call",` +
          `"params":{"_meta":{"example.com/key":${value}},"name":"raw","arguments":{"value":${value}}}}`;
        await session.ask(request);
        expect(upstream.received().at(-1)?.toString()).toBe(request);
      });

      it('reach the client unchanged in a result', async () => {
        const reply = `{"result":{"_meta":${value},"x":${value}}, "id":12,"jsonrpc":"2.0","unknown":${value}}`;
        expect(await session.ask(call(12, { reply: base64(reply) }))).toEqual([reply]);
      });
    });

    it('carries messages of the server before an answer, in order and unchanged', async () => {
      const push = [
        '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1.0}}',
        '{"method" : "notifications/vendor/unheard", "params" : {"n":1152921504606846977}, "jsonrpc" : "2.0"}',
      ];
      // Over Streamable HTTP the proxy may send what belongs to no request on another stream, so it is tied to one.
      const progress =
        '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1.0}}';
      const asked =
        '{"jsonrpc":"2.0","id":13,"method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":"raw",' +
        `"arguments":${JSON.stringify({ push: [...push, progress].map(base64) })}}}`;
      const messages = await session.ask(asked, 4);
      expect(messages).toEqual([...push, progress, '{"jsonrpc":"2.0","id":13,"result":{}}']);
    });

    it('hands a request of the server and its answer through unchanged', async () => {
      const sampling =
        '{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{"maxTokens":1e2,"x":1.0}}';
      const [request] = await session.ask(call(14, { push: [base64(sampling)] }), 2);
      expect(request).toBe(sampling);
      const answer = '{"result": {"model":"m","role":"assistant","x":1.00},"id":"s-1","jsonrpc":"2.0"}';
      await session.post(answer);
      await expect.poll(() => upstream.received().at(-1)?.toString()).toBe(answer);
    });

    it('hands an error of the server through unchanged, unknown members and all', async () => {
      const reply =
        '{"jsonrpc":"2.0","id":15,"error":{"code":-32042,"message":"Bitte \\u00f6ffnen","data":{"n":1.0},"x":null}}';
      expect(await session.ask(call(15, { reply: base64(reply) }))).toEqual([reply]);
    });

    it('forwards notifications that nobody here knows', async () => {
      const notification =
        '{"jsonrpc":"2.0","method":"notifications/vendor/x","params":{"n":1.0},"extra":[]}';
      await session.post(notification);
      await expect.poll(() => upstream.received().at(-1)?.toString()).toBe(notification);
    });

    it('keeps an id that is a string apart from the same number', async () => {
      const ask = (id: string) =>
        session.ask(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"raw"}}`);
      const answers = await Promise.all([ask('"16"'), ask('"seventeen"')]);
      expect(answers.flat().sort()).toEqual([
        '{"jsonrpc":"2.0","id":"16","result":{}}',
        '{"jsonrpc":"2.0","id":"seventeen","result":{}}',
      ]);
    });

    it('carries a message of a megabyte', async () => {
      const text = '\u00e4x'.repeat(350_000);
      const reply = `{"jsonrpc":"2.0","id":18,"result":{"text":"${text}"}}`;
      const [answer] = await session.ask(call(18, { reply: base64(reply) }));
      expect(answer === reply).toBe(true);
    });

    it('puts a message with line breaks on one line where the framing asks for it, and changes nothing else', async () => {
      const request = '{\r\n "jsonrpc":"2.0",\n\t"id":19,"method":"tools/call","params":{"name":"raw"}\n}\n';
      await session.ask(request);
      const arrived = upstream.received().at(-1)?.toString() ?? '';
      const body = request.trimEnd();
      expect(arrived).toBe(transport === 'stdio' ? body.replaceAll(/[\r\n]/g, ' ') : body);
    });
  });
});
