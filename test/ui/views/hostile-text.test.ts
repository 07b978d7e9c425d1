// What clients and servers call themselves, and what they send, is shown as the text that it is: no markup comes to
// life, and nothing turns the reading order or hides.
import { cleanup, fireEvent, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { openWindow, settled } from '../open-window.ts';
import {
  sampleApproval,
  sampleCall,
  sampleClient,
  sampleHit,
  sampleStory,
  sampleServer,
  sampleSession,
  sampleStatus,
} from '../../samples.ts';

const hostile: readonly [name: string, text: string][] = [
  ['markup', '<img src=x onerror="document.title=1"><script>document.title=1</script>'],
  ['the end of what it stands in', '"></li></ul><iframe src="javascript:1"></iframe>'],
  ['a template', '{@html "<img src=x>"} ${1} {{1}}'],
  ['text that turns the order', 'txt.\u202eexe\u202c \u2066a\u2069 \u200fb'],
  ['text that hides', 'del\u200bete\u00adnote\u2060\ufeff\u{e0041}\u180e'],
  ['controls', 'a\u0000b\u001b[31mc\u0007d\u0085e\u2028f'],
  ['half of a character', 'a\ud800b'],
  ['a pile of marks', `z${'\u0300'.repeat(500)}`],
  ['a long one', 'x'.repeat(1_000)],
];

/** Turns the order, hides, or controls; line break and tab are harmless, and those that emoji need. */
const hidden = /(?![\n\t\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/u;

function said(): string {
  const attributes = [...document.querySelectorAll('*')].flatMap((element) =>
    ['title', 'aria-label', 'alt', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
  );
  return [document.body.textContent, ...attributes].join('\n');
}

function expectHarmless(): void {
  expect(
    document.querySelectorAll('script, img, iframe, object, embed, [onerror], [href^=javascript]'),
  ).toHaveLength(0);
  expect(document.title).not.toBe('1');
  expect(hidden.exec(said())?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
}

describe.each(hostile)('%s', (_name, text) => {
  afterEach(cleanup);

  const call = { client: text, tool: text, resource: text, method: text };
  const json = JSON.stringify({ [text]: text, deep: [{ [text]: [text] }] });

  async function opened() {
    return openWindow({
      'status.read': () =>
        sampleStatus({
          servers: [sampleServer({ lastError: text })],
          problems: [{ code: 'server', message: text, remedy: '' }],
          sessions: [sampleSession({ client: text, process: { pid: 1, name: text, executable: text } })],
        }),
      'clients.list': () => [sampleClient()],
      'approvals.list': () => [
        sampleApproval('a', {
          ...call,
          client: {
            name: text,
            version: text,
            id: text,
            agentId: text,
            process: { pid: 1, executable: text, name: text },
            sourceIp: text,
          },
          server: text,
          described: { title: text, description: text, hints: {} },
          rule: text,
          ruleWords: { title: text, description: text },
          arguments: json,
          violations: [text],
          message: text,
        }),
      ],
      'calls.search': () => ({
        calls: [sampleHit(1, { ...call, verdict: 'deny' })],
        cursor: null,
        through: 1,
      }),
      'calls.story': () =>
        sampleStory(sampleCall(1, { ...call, verdict: 'deny' }), {
          arguments: json,
          violations: [text],
          errorMessage: text,
        }),
    });
  }

  it.each(['home', 'activity', 'approvals', 'clients'] as const)('does no harm in %s', async (view) => {
    const { app } = await opened();
    app.navigation.go(view);
    await settled();
    expectHarmless();
    for (const row of screen.queryAllByRole('row').slice(0, 3)) {
      await fireEvent.click(row);
      await settled();
      expectHarmless();
    }
  });
});
