// What several servers ask of one client: each answer goes back to who asked, under its own id.
import { describe, expect, it } from 'vitest';
import { ServerRequests } from '../../../../electron/gateway/aggregate/server-requests.ts';
import type { RequestId, ResponseMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { clientMessage, notification, request } from '../fakes.ts';

const idIn = (json: Buffer): RequestId => (JSON.parse(json.toString()) as { id: RequestId }).id;
const answerTo = (id: RequestId): ResponseMessage =>
  clientMessage(
    `{"jsonrpc":"2.0", "id":${JSON.stringify(id)}, "result":{"n":12345678901234567890}}`,
  ) as ResponseMessage;

describe('requests of servers', () => {
  it('with the same id are told apart', () => {
    const requests = new ServerRequests<string>();
    const [a, b] = ['a', 'b'].map((server) => idIn(requests.ask(server, request(1, 'roots/list'))));
    expect(a).not.toBe(b);
    const back = requests.answer(answerTo(b ?? ''));
    expect(back?.server).toBe('b');
    expect(back?.message.id).toBe(1);
    expect(back?.message.bytes.toString()).toBe(
      '{"jsonrpc":"2.0", "id":1, "result":{"n":12345678901234567890}}',
    );
  });

  it('are answered once, and only under an id that was given', () => {
    const requests = new ServerRequests<string>();
    const id = idIn(requests.ask('a', request(1, 'roots/list')));
    expect(requests.answer(answerTo(1))).toBeNull();
    expect(requests.answer(answerTo(id))?.server).toBe('a');
    expect(requests.answer(answerTo(id))).toBeNull();
  });

  it('hear of progress under their own tokens', () => {
    const requests = new ServerRequests<string>();
    const asked = requests.ask('a', request('x', 'sampling/createMessage', { _meta: { progressToken: 7 } }));
    const { id, params } = JSON.parse(asked.toString()) as {
      id: string;
      params: { _meta: { progressToken: string } };
    };
    const token = params._meta.progressToken;
    expect(token).not.toBe(7);
    const routed = requests.progress(
      notification('notifications/progress', { progressToken: token, progress: 1 }),
    );
    expect(routed).toMatchObject({ server: 'a', message: { params: { progressToken: 7, progress: 1 } } });
    expect(JSON.parse(routed?.message.bytes.toString() ?? '')).toMatchObject({
      params: { progressToken: 7 },
    });
    requests.answer(answerTo(id));
    expect(requests.progress(notification('notifications/progress', { progressToken: token }))).toBeNull();
  });

  it('hear of no progress where they did not ask for it', () => {
    const requests = new ServerRequests<string>();
    const id = idIn(requests.ask('a', request(1, 'roots/list')));
    expect(requests.progress(notification('notifications/progress', { progressToken: id }))).toBeNull();
  });

  it('can be given up by who asked, and by nobody else', () => {
    const requests = new ServerRequests<string>();
    const id = idIn(requests.ask('a', request(1, 'elicitation/create')));
    const cancelled = notification('notifications/cancelled', { requestId: 1, reason: 'late' });
    expect(requests.cancel('b', cancelled)).toBeNull();
    expect(JSON.parse(requests.cancel('a', cancelled)?.toString() ?? '')).toMatchObject({
      params: { requestId: id, reason: 'late' },
    });
    expect(requests.cancel('a', cancelled)).toBeNull();
    expect(requests.answer(answerTo(id))).toBeNull();
  });

  it('are forgotten with their server', () => {
    const requests = new ServerRequests<string>();
    const ids = [1, 2].map((id) => idIn(requests.ask('a', request(id, 'roots/list'))));
    const other = idIn(requests.ask('b', request(1, 'roots/list')));
    expect(requests.forget('a')).toEqual(ids);
    expect(requests.answer(answerTo(ids[0] ?? ''))).toBeNull();
    expect(requests.answer(answerTo(other))?.server).toBe('b');
  });
});
