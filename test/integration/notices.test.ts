// Notices over a real D-Bus: what the desktop is shown, and whose word counts as a press.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDbusNotices } from '../../electron/main/notification/dbus-notices.ts';
import type { NoticeBoard, PostedNotice } from '../../electron/main/notification/notice-board.ts';
import { forge, serviceName, startNotificationService } from './notification-service.ts';
import { hasSessionBus, joinSessionBus, startSessionBus } from './session-bus.ts';

const silent = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function boardOn(address: string) {
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', address);
  const otherwise = { post: vi.fn(), takeDown: vi.fn(), close: vi.fn() } satisfies NoticeBoard;
  const picture = { width: 1, height: 1, rgba: Buffer.from([1, 2, 3, 255]) };
  const board = createDbusNotices({ name: 'The App', picture, otherwise, logger: silent });
  onTestFinished(() => {
    board.close();
    vi.unstubAllEnvs();
  });
  return { board, otherwise };
}

const notice = (change: Partial<PostedNotice> = {}): PostedNotice => ({
  title: 'Claude waits',
  body: 'It wants to call send_note of notes.',
  buttons: ['allow', 'deny'],
  silent: false,
  ...change,
});
const listener = () => ({ onShown: vi.fn(), onPress: vi.fn(), onPutAway: vi.fn() });

async function setting(capabilities?: readonly string[]) {
  const address = await startSessionBus();
  const service = await startNotificationService(address, capabilities);
  return { address, service, ...boardOn(address) };
}

/** As soon as the board, too, knows that it is shown: before that there is nothing to press. */
const known = (heard: ReturnType<typeof listener>) =>
  expect.poll(() => heard.onShown.mock.calls.length).toBe(1);

/** What was sent before is there by then: the bus keeps the order of what goes to one program. */
async function settled(address: string): Promise<void> {
  const bus = await joinSessionBus(address);
  await bus.requestName(`test.turn${Math.random().toString(36).slice(2)}`, 0);
  await new Promise((resolve) => setTimeout(resolve, 30));
}

describe.skipIf(!hasSessionBus)('a notice on the desktop', () => {
  it('has its buttons, stays until it is answered, and is kept in no list', async () => {
    const { board, service } = await setting();
    const heard = listener();
    board.post(notice(), heard);
    const { summary, body, actions, hints } = await service.visible();
    expect({ summary, body }).toEqual({
      summary: 'Claude waits',
      body: 'It wants to call send_note of notes.',
    });
    expect(Object.keys(actions)).toEqual(['Show…', 'Allow once', 'Deny']);
    expect(hints).toMatchObject({ urgency: 2, resident: true, transient: true });
    expect(hints['desktop-entry']).toBe('mcp-proxy-desktop');
    expect(hints['image-data']).toEqual([1, 1, 4, true, 8, 4, Buffer.from([1, 2, 3, 255])]);
    await known(heard);
  });

  it.each([
    ['Allow once', 'allow'],
    ['Deny', 'deny'],
    ['Show…', 'show'],
  ])('hears %s', async (label, button) => {
    const { board, service } = await setting();
    const heard = listener();
    board.post(notice(), heard);
    const { id, actions } = await service.visible();
    await known(heard);
    service.press(id, actions[label] ?? '');
    await expect.poll(() => heard.onPress.mock.calls).toEqual([[button]]);
    expect(heard.onPutAway).not.toHaveBeenCalled();
  });

  it('takes words of strangers for words, whatever the service makes of markup', async () => {
    const body = 'It wants <b>nothing</b> & <a href="file:///etc">more</a>';
    const marked = await setting();
    marked.board.post(notice({ title: 'A <i>client</i>', body }), listener());
    expect(await marked.service.visible()).toMatchObject({
      summary: 'A ‹i›client‹/i›',
      body: 'It wants &lt;b&gt;nothing&lt;/b&gt; &amp; &lt;a href="file:///etc"&gt;more&lt;/a&gt;',
    });
    const plain = await setting(['body', 'actions']);
    plain.board.post(notice({ body }), listener());
    expect((await plain.service.visible()).body).toBe(body);
  });

  it('has no buttons where the service knows none', async () => {
    const { board, service } = await setting(['body']);
    board.post(notice(), listener());
    expect((await service.visible()).actions).toEqual({});
  });

  it('changes in its place, and a press on what stood there before is none', async () => {
    const { board, service, address } = await setting();
    const [first, second] = [listener(), listener()];
    board.post(notice(), first);
    const before = await service.visible();
    board.post(notice({ body: 'Something else', silent: true }), second);
    const now = await service.visible(({ body }) => body === 'Something else');
    await known(second);
    expect(now).toMatchObject({ id: before.id, replaces: before.id });
    expect(now.hints['suppress-sound']).toBe(true);
    service.press(now.id, before.actions['Allow once'] ?? '');
    await settled(address);
    expect(first.onPress).not.toHaveBeenCalled();
    expect(second.onPress).not.toHaveBeenCalled();
    service.press(now.id, now.actions.Deny ?? '');
    await expect.poll(() => second.onPress.mock.calls).toEqual([['deny']]);
  });

  it('goes when it is taken down, even while it is coming up', async () => {
    const { board, service, address } = await setting();
    board.post(notice(), listener());
    await service.visible();
    board.takeDown();
    await expect.poll(() => service.shown.size).toBe(0);
    const heard = listener();
    board.post(notice(), heard);
    board.takeDown();
    await settled(address);
    await expect.poll(() => service.shown.size).toBe(0);
    expect(heard.onPutAway).not.toHaveBeenCalled();
  });

  it('tells when somebody has put it away, and comes up anew afterwards', async () => {
    const { board, service } = await setting();
    const heard = listener();
    board.post(notice(), heard);
    const { id } = await service.visible();
    await known(heard);
    service.putAway(id);
    await expect.poll(() => heard.onPutAway.mock.calls.length).toBe(1);
    board.post(notice(), listener());
    expect((await service.visible()).replaces).toBe(0);
  });
});

describe.skipIf(!hasSessionBus)('whose press counts', () => {
  it('not that of another program on the bus, to all or to us alone', async () => {
    const { board, service, address } = await setting();
    const heard = listener();
    board.post(notice(), heard);
    const { id, from, actions } = await service.visible();
    await known(heard);
    const other = await joinSessionBus(address);
    const allow = actions['Allow once'] ?? '';
    forge(other, from, 'ActionInvoked', id, allow);
    forge(other, '', 'ActionInvoked', id, allow);
    forge(other, from, 'NotificationClosed', id, 2);
    await settled(address);
    expect(heard.onPress).not.toHaveBeenCalled();
    expect(heard.onPutAway).not.toHaveBeenCalled();
    service.press(id, allow);
    await expect.poll(() => heard.onPress.mock.calls).toEqual([['allow']]);
  });

  it('not that of a program which takes the name over, until it was given a notice itself', async () => {
    const { board, service, address } = await setting();
    const heard = listener();
    board.post(notice(), heard);
    const { id, from, actions } = await service.visible();
    await known(heard);
    await service.quit();
    const other = await joinSessionBus(address);
    await other.requestName(serviceName, 0);
    forge(other, from, 'ActionInvoked', id, actions['Allow once'] ?? '');
    await settled(address);
    expect(heard.onPress).not.toHaveBeenCalled();
  });

  it('not on another notification of the same service', async () => {
    const { board, service, address } = await setting();
    const heard = listener();
    board.post(notice(), heard);
    const { id, actions } = await service.visible();
    await known(heard);
    service.press(id + 1, actions['Allow once'] ?? '');
    service.press(id, 'allow');
    service.press(id, 'show-1');
    await settled(address);
    expect(heard.onPress).not.toHaveBeenCalled();
  });
});

describe.skipIf(!hasSessionBus)('where nothing shows notices', () => {
  it('the other board takes over: no service', async () => {
    const { board, otherwise } = boardOn(await startSessionBus());
    const [posted, heard] = [notice(), listener()];
    board.post(posted, heard);
    await expect.poll(() => otherwise.post.mock.calls).toEqual([[posted, heard]]);
  });

  it('the other board takes over: no bus', async () => {
    const { board, otherwise } = boardOn('unix:path=/nowhere/bus');
    board.post(notice(), listener());
    await expect.poll(() => otherwise.post.mock.calls.length).toBe(1);
    board.takeDown();
    expect(otherwise.takeDown).toHaveBeenCalled();
  });

  it('and gives way again once a service is there', async () => {
    const address = await startSessionBus();
    const { board, otherwise } = boardOn(address);
    board.post(notice(), listener());
    await expect.poll(() => otherwise.post.mock.calls.length).toBe(1);
    const service = await startNotificationService(address);
    board.post(notice(), listener());
    await service.visible();
    expect(otherwise.post).toHaveBeenCalledOnce();
  });
});
