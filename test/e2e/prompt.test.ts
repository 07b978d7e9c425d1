// "Shall I?" in the real prompt, with a real client: answers of each kind, many at once, and none at all.
import { describe, expect, it } from 'vitest';
import { patience } from './app.ts';
import { endOf, isVisible, press, startPrompt } from './prompt-app.ts';

const note = (name: string) => ({ name, to: 'ada@example.com' });
const denied = 'error -32001';
const sent = /ideas/;

describe('the prompt', () => {
  it('comes up with all there is to know, lets one call through, and goes', async () => {
    const { app, client, question } = await startPrompt();
    // What a server says of its tools is known from its list.
    await client.client.listTools();
    expect(await isVisible(app)).toBe(false);
    const call = endOf(client.call('send_note', note('ideas')));
    await question
      .getByRole('heading', { name: 'sdk client wants to send note “ideas” to “ada@example.com”' })
      .waitFor();
    await expect.poll(() => isVisible(app)).toBe(true);
    const keys = () =>
      app.evaluate(({ globalShortcut }) => globalShortcut.isRegistered('CommandOrControl+Alt+Shift+A'));
    expect(await keys()).toBe(true);
    const text = await question.innerText();
    for (const part of ['ask_tools', 'no token', 'First time.', 'Pretends to send a note'])
      expect(text).toContain(part);
    await question
      .getByRole('button', { name: 'Allow' })
      .and(question.locator('[aria-disabled="false"]'))
      .click();
    expect(await call).toMatch(sent);
    await expect.poll(() => isVisible(app)).toBe(false);
    // The desktop may have hidden it before the word comes that nothing waits any more.
    await expect.poll(keys).toBe(false);
  });

  it('denies by a key, and takes none before its time', async () => {
    const prompted = await startPrompt();
    const call = endOf(prompted.client.call('send_note', note('ideas')));
    await prompted.question.waitFor();
    await prompted.question.press('a');
    await press(prompted, 'd');
    expect(await call).toBe(denied);
  });

  it('writes a rule for “always”: the next call passes unasked, and revoking it asks again', async () => {
    const prompted = await startPrompt();
    const { app, client, question, prompt } = prompted;
    const first = endOf(client.call('send_note', note('ideas')));
    await question.press('4');
    await question.getByRole('radio', { name: 'Tool' }).click();
    await question.getByText(/^Always allow 'send_note' of 'demo' for/).waitFor();
    await press(prompted, 'a');
    expect(await first).toMatch(sent);
    await prompt.getByText(/Allowed always: “send_note”/).waitFor();
    expect(await endOf(client.call('send_note', note('ideas')))).toMatch(sent);
    await prompt.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => isVisible(app)).toBe(false);

    const opened = app.waitForEvent('window', { timeout: patience });
    await app.evaluate((electron) => electron.app.emit('activate'));
    const page = await opened;
    await page.getByRole('navigation').getByRole('button', { name: 'Approvals' }).click();
    const rule = page.getByRole('list', { name: 'Answers that hold' }).getByRole('listitem');
    await rule.getByRole('button', { name: /\.rego$/ }).waitFor();
    await rule.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('Taken back. You will be asked again.').waitFor();
    const again = endOf(client.call('send_note', note('ideas')));
    await press(prompted, 'd');
    expect(await again).toBe(denied);
  });

  it('takes what holds for longer back at once', async () => {
    const prompted = await startPrompt();
    const first = endOf(prompted.client.call('send_note', note('ideas')));
    await prompted.question.press('2');
    await press(prompted, 'a');
    expect(await first).toMatch(sent);
    await prompted.prompt.getByRole('button', { name: 'Undo' }).click();
    const again = endOf(prompted.client.call('send_note', note('ideas')));
    await press(prompted, 'd');
    expect(await again).toBe(denied);
  });

  it('goes when the time is up: the call gets the default', async () => {
    const { app, client, question } = await startPrompt({ approvals: { timeout: '2s' } });
    const call = endOf(client.call('send_note', note('ideas')));
    await question.waitFor();
    expect(await call).toBe(denied);
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => isVisible(app)).toBe(false);
  });

  it('goes when the client gives the call up', async () => {
    const { app, client, question } = await startPrompt();
    const patienceOfClient = new AbortController();
    const call = endOf(client.call('send_note', note('ideas'), { signal: patienceOfClient.signal }));
    await question.waitFor();
    patienceOfClient.abort();
    await call;
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => isVisible(app)).toBe(false);
  });

  it('goes for later, while the call waits on, and comes back with the next one', async () => {
    const prompted = await startPrompt();
    const { app, client, question } = prompted;
    const first = endOf(client.call('send_note', note('ideas')));
    await question.waitFor();
    await question.press('Escape');
    await expect.poll(() => isVisible(app)).toBe(false);
    const second = endOf(client.call('send_note', note('plans')));
    await question.getByRole('heading', { name: /plans/ }).waitFor();
    await expect.poll(() => isVisible(app)).toBe(true);
    await press(prompted, 'd');
    expect(await second).toBe(denied);
    await expect.poll(() => isVisible(app)).toBe(false);
    void first;
  });

  it('sends the arguments that somebody has put right', async () => {
    const prompted = await startPrompt();
    const { client, question, prompt } = prompted;
    const call = endOf(client.call('send_note', note('nothing like it')));
    await question.press('e');
    const editor = question.getByRole('textbox', { name: 'Arguments, as JSON' });
    await editor.click();
    await prompt.keyboard.press('ControlOrMeta+a');
    await prompt.keyboard.insertText('["ideas"]');
    await question.getByText('have to be an object').waitFor();
    await prompt.keyboard.press('ControlOrMeta+a');
    await prompt.keyboard.insertText('{"name": "ideas", "to": "bob@example.com"}');
    await question.getByText('The server gets these instead').waitFor();
    await question.getByRole('button', { name: 'Allow as edited' }).click();
    expect(await call).toMatch(/bob@example.com/);
  });

  it(
    'leads through 50 calls of five tools by keys, the same ones together',
    { timeout: 90_000 },
    async () => {
      const prompted = await startPrompt({ policy: { mode: 'audit' }, approvals: { ask: 'all' } });
      const { app, client, question } = prompted;
      const tools = ['list_notes', 'read_note', 'write_note', 'delete_note', 'send_note'];
      const calls = Array.from({ length: 50 }, (_, index) => {
        const tool = tools[index % 5] ?? '';
        const name = index < 25 ? 'welcome' : 'ideas';
        return endOf(client.call(tool, tool === 'list_notes' ? {} : { ...note(name), text: 'x' }));
      });
      await question.getByText('1 of 9').waitFor();
      await question.press('ArrowRight');
      await question.getByText('2 of 9').waitFor();
      await question.press('ArrowLeft');
      for (let left = 9; left > 0; left -= 1) {
        if (left > 1) await question.getByText(`1 of ${left}`).waitFor();
        await press(prompted, 'd');
      }
      expect(new Set(await Promise.all(calls))).toEqual(new Set([denied]));
      await expect.poll(() => isVisible(app)).toBe(false);
    },
  );
});

describe('a prompt that is lost', () => {
  it.each([
    ['crashes', 'crash'],
    ['hangs', 'hang'],
  ])('leaves no call without an answer when it %s, and comes back', async (_how, how) => {
    const prompted = await startPrompt();
    const { app, client, question } = prompted;
    const call = endOf(client.call('send_note', note('ideas')));
    await question.waitFor();
    const next = app.waitForEvent('window', { timeout: patience });
    await app.evaluate(({ BrowserWindow }, fault) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (fault === 'crash') contents?.forcefullyCrashRenderer();
      else void contents?.executeJavaScript('for (;;) {}').catch(() => undefined);
    }, how);
    const other = how === 'hang' ? endOf(client.call('send_note', note('plans'))) : call;
    expect(await Promise.all([call, other])).toEqual([denied, denied]);
    const prompt = await next;
    const again = endOf(client.call('send_note', note('ideas')));
    await press({ ...prompted, question: prompt.getByRole('alertdialog') }, 'a');
    expect(await again).toMatch(sent);
  });
});

describe('the time until the prompt can be seen', () => {
  it('is measured', { timeout: 60_000 }, async () => {
    const prompted = await startPrompt();
    const { app, client, question } = prompted;
    await app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      const seen: number[] = [];
      Object.assign(globalThis, { seen });
      // Two frames after it was shown, what it shows is on the screen.
      const frames = `new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now()))))`;
      window?.on('show', () => {
        void window.webContents.executeJavaScript(frames).then((at) => seen.push(Number(at)));
      });
    });
    const times: number[] = [];
    for (let turn = 0; turn < 25; turn += 1) {
      const since = Date.now();
      const call = endOf(client.call('send_note', note(`ideas ${turn}`)));
      await question.getByRole('heading', { name: `ideas ${turn}` }).waitFor();
      const seen = () => app.evaluate(() => (globalThis as unknown as { seen: number[] }).seen);
      await expect.poll(async () => (await seen()).length).toBe(turn + 1);
      times.push(((await seen()).at(-1) ?? NaN) - since);
      await press(prompted, 'd');
      expect(await call).toBe(denied);
      await expect.poll(() => isVisible(app)).toBe(false);
    }
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
    console.info(
      `From call to visible prompt, ${times.length} times: median ${at(0.5)} ms, 95 % ${at(0.95)} ms`,
    );
    expect(sorted.every((ms) => ms > 0)).toBe(true);
  });
});
