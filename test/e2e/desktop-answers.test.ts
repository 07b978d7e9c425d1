// Answers from outside the window, over a real D-Bus: on the notification, and in the tray's menu.
import { describe, expect, it } from 'vitest';
import { forge, startNotificationService } from '../integration/notification-service.ts';
import { hasSessionBus, joinSessionBus, startSessionBus } from '../integration/session-bus.ts';
import { patience } from './app.ts';
import { endOf, isVisible, press, startPrompt, type Prompted } from './prompt-app.ts';
import { startTrayHost } from './tray-host.ts';

const note = (name: string) => ({ name, to: 'ada@example.com' });
const denied = 'error -32001';
const sent = /ideas/;
/** No answer is taken before. */
const unread = () => new Promise((resolve) => setTimeout(resolve, 700));

async function startDesktop() {
  const address = await startSessionBus();
  const service = await startNotificationService(address);
  const tray = await startTrayHost(address);
  const prompted = await startPrompt({}, { DBUS_SESSION_BUS_ADDRESS: address });
  return { ...prompted, address, service, tray };
}

/** A call of which the prompt was put off: the notification and the tray are left. */
async function putOff({ app, client, question }: Prompted, name = 'ideas') {
  const end = endOf(client.call('send_note', note(name)));
  await question.getByRole('heading', { name }).waitFor();
  await question.press('Escape');
  await expect.poll(() => isVisible(app)).toBe(false);
  return { end };
}

describe.skipIf(!hasSessionBus)('the notification', () => {
  it('shows what is asked, and takes Allow and Deny', async () => {
    const desktop = await startDesktop();
    const { service, app } = desktop;
    const first = await putOff(desktop);
    const shown = await service.visible();
    expect(shown.summary).toBe('sdk client waits for your answer');
    expect(shown.body).toContain('{"name":"ideas","to":"ada@example.com"}');
    expect(shown.hints['image-data']).toMatchObject([64, 64, 256, true, 8, 4, expect.any(Buffer)]);
    await unread();
    service.press(shown.id, shown.actions['Allow once'] ?? '');
    expect(await first.end).toMatch(sent);
    await expect.poll(() => service.shown.size).toBe(0);
    expect(await isVisible(app)).toBe(false);

    const second = await putOff(desktop);
    const again = await service.visible();
    await unread();
    service.press(again.id, again.actions.Deny ?? '');
    expect(await second.end).toBe(denied);
    await expect.poll(() => service.shown.size).toBe(0);
  });

  it('shows no secret, and sends whoever would allow it to the prompt, which does', async () => {
    const desktop = await startDesktop();
    const { service, tray, question } = desktop;
    const secret = `ghp_${'aB3dE5fG7h'.repeat(4)}`;
    const { end } = await putOff(desktop, secret);
    const shown = await service.visible();
    expect(shown.body).toContain('looks like a secret');
    expect(JSON.stringify([shown.summary, shown.body, shown.actions])).not.toContain(secret);
    expect(shown.actions['Allow once']).toBeUndefined();
    await tray.entry('To allow it, see it whole first');
    expect(await tray.has('Allow once')).toBe(false);
    service.press(shown.id, shown.actions['Show…'] ?? '');
    await question.getByRole('heading', { name: secret }).waitFor();
    await press(desktop, 'd');
    expect(await end).toBe(denied);
  });

  it('takes no answer of another program, and none before it can have been read', async () => {
    const desktop = await startDesktop();
    const { service, address } = desktop;
    const { end } = await putOff(desktop);
    const shown = await service.visible();
    service.press(shown.id, shown.actions['Allow once'] ?? '');
    const now = await service.visible(({ actions }) => actions.Deny !== shown.actions.Deny);
    const other = await joinSessionBus(address);
    await unread();
    forge(other, now.from, 'ActionInvoked', now.id, now.actions['Allow once'] ?? '');
    await unread();
    service.press(now.id, now.actions.Deny ?? '');
    expect(await end).toBe(denied);
  });

  it('goes when the call was answered in the window', async () => {
    const desktop = await startDesktop();
    const { service, app } = desktop;
    const { end } = await putOff(desktop);
    await service.visible();
    const opened = app.waitForEvent('window', { timeout: patience });
    await app.evaluate((electron) => electron.app.emit('activate'));
    const page = await opened;
    await page.getByRole('navigation').getByRole('button', { name: 'Approvals' }).click();
    const allow = page.getByRole('button', { name: 'Allow' });
    await allow.and(page.locator('[aria-disabled="false"]')).click();
    expect(await end).toMatch(sent);
    await expect.poll(() => service.shown.size).toBe(0);
  });

  it('goes when the client gives the call up', async () => {
    const desktop = await startDesktop();
    const { client, question, service } = desktop;
    const patienceOfClient = new AbortController();
    const call = endOf(client.call('send_note', note('ideas'), { signal: patienceOfClient.signal }));
    await question.waitFor();
    await question.press('Escape');
    await service.visible();
    patienceOfClient.abort();
    await call;
    await expect.poll(() => service.shown.size).toBe(0);
  });

  it('brings the prompt back, and goes meanwhile', async () => {
    const desktop = await startDesktop();
    const { service, app } = desktop;
    const { end } = await putOff(desktop);
    const shown = await service.visible();
    service.press(shown.id, shown.actions['Show…'] ?? '');
    await expect.poll(() => isVisible(app)).toBe(true);
    await expect.poll(() => service.shown.size).toBe(0);
    await press(desktop, 'd');
    expect(await end).toBe(denied);
  });
});

describe.skipIf(!hasSessionBus)('the menu of the tray', () => {
  it('shows what is asked, and takes both answers', async () => {
    const desktop = await startDesktop();
    const { tray, client } = desktop;
    const first = endOf(client.call('send_note', note('ideas')));
    const allow = await tray.entry('Allow once');
    await tray.entry('{"name":"ideas","to":"ada@example.com"}');
    await unread();
    await tray.click(allow);
    expect(await first).toMatch(sent);
    await expect.poll(() => tray.has('Allow once')).toBe(false);
    const second = endOf(client.call('send_note', note('ideas')));
    const deny = await tray.entry('Deny');
    await unread();
    await tray.click(deny);
    expect(await second).toBe(denied);
  });

  it('takes no answer before it can have been read', async () => {
    const desktop = await startDesktop();
    const { tray, client } = desktop;
    const end = endOf(client.call('send_note', note('ideas')));
    await tray.click(await tray.entry('Allow once'));
    await unread();
    await tray.click(await tray.entry('Deny'));
    expect(await end).toBe(denied);
  });

  it('brings a prompt back that was put off', async () => {
    const desktop = await startDesktop();
    const { tray, app } = desktop;
    const { end } = await putOff(desktop);
    await tray.click(await tray.entry('Show the prompt'));
    await expect.poll(() => isVisible(app)).toBe(true);
    await press(desktop, 'a');
    expect(await end).toMatch(sent);
  });
});
