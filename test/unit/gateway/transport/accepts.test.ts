import { expect, it } from 'vitest';
import { accepts } from '../../../../electron/gateway/transport/http-exchange.ts';

const asking = (accept: string | undefined) => ({ headers: { accept } });

it.each([
  undefined,
  'application/json',
  'application/json, text/event-stream',
  'text/event-stream,application/json',
  'text/html , Application/JSON ; charset=utf-8',
  'application/*;q=0.5',
  'text/plain, */*',
])('takes JSON by %s', (header) => {
  expect(accepts(asking(header), 'application/json')).toBe(true);
});

it.each([
  '',
  'text/event-stream',
  'text/*',
  'application/json-seq',
  'x-application/json',
  'application/jsonx, text/html',
  'text/html;application/json',
  '*',
])('does not take JSON by "%s"', (header) => {
  expect(accepts(asking(header), 'application/json')).toBe(false);
});

it('tells the types apart', () => {
  expect(accepts(asking('text/*, application/xml'), 'text/event-stream')).toBe(true);
  expect(accepts(asking('application/json, text/plain'), 'text/event-stream')).toBe(false);
});
