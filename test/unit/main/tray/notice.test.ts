import { expect, it } from 'vitest';
import { noticeOf } from '../../../../electron/main/tray/notice.ts';
import { approval } from './states.ts';

it('is none where nothing waits', () => {
  expect(noticeOf([])).toBeNull();
});

it('says who wants what and why, and takes both answers', () => {
  const ruleWords = { title: 'Tools that send', description: null };
  expect(noticeOf([approval({ ruleWords })])).toEqual({
    title: 'Claude waits for your answer',
    body: 'It wants to call send_note of notes.\n{"to":"bob"}\nTools that send',
    buttons: ['allow', 'deny'],
    answers: ['a1'],
  });
});

it('answers calls that differ in nothing together', () => {
  const alike = ['a1', 'a2'].map((id) => approval({ id, group: 'same' }));
  const notice = noticeOf(alike);
  expect(notice?.answers).toEqual(['a1', 'a2']);
  expect(notice?.body).toContain('2 times the same');
});

it('allows nothing that it does not show whole: that can be denied, or looked at', () => {
  const notice = noticeOf([approval({ arguments: JSON.stringify({ text: 'x'.repeat(400) }) })]);
  expect(notice?.buttons).toEqual(['show', 'deny']);
  expect(notice?.answers).toEqual(['a1']);
  expect(notice?.body.length).toBeLessThan(300);
});

it('has no secrets, and sends whoever would allow them to the prompt: it is seen on locked screens, and kept', () => {
  const secret = { arguments: '{"password":"hunter2"}', holdsSecret: true };
  const notice = noticeOf([approval(secret)]);
  expect(notice?.body).toBe(
    'It wants to call send_note of notes.\nHolds something that looks like a secret: look at it in the window',
  );
  expect(notice?.buttons).toEqual(['show', 'deny']);
  const read = { tool: null, method: 'resources/read', resource: 'a:b?password=hunter2' };
  const several = noticeOf([approval(), approval({ ...secret, ...read, id: 'a2', group: 'a2' })]);
  expect(several?.body).toBe('Claude: send_note\nClaude: resources/read');
});

it('answers none of several, and names them, same ones once', () => {
  const again = approval({ id: 'a2', group: 'a2' });
  const other = approval({ id: 'a3', group: 'a3', client: 'Codex', tool: 'delete_note' });
  expect(noticeOf([approval(), again, other])).toEqual({
    title: '3 calls wait for your answer',
    body: 'Claude: send_note\nCodex: delete_note',
    buttons: ['show'],
    answers: [],
  });
});

it('is one line each of what strangers say', () => {
  const notice = noticeOf([approval({ client: 'Claude\nwaits for nothing\u202e', server: 'a\u0000b' })]);
  expect(notice?.title).toBe('Claude waits for nothing waits for your answer');
  expect(notice?.body.split('\n')[0]).toBe('It wants to call send_note of a b.');
});
