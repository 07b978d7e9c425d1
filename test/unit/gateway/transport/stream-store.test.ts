// How much is kept of the streams of a session, and which goes first.
import { onTestFinished, expect, it } from 'vitest';
import { StreamStore } from '../../../../electron/gateway/transport/stream-store.ts';

function openStore(): StreamStore {
  const store = new StreamStore();
  onTestFinished(() => store.close());
  return store;
}
const message = (length: number) => Buffer.from(JSON.stringify('x'.repeat(length)));
const MEGABYTE = 1024 * 1024;

it('finds the place in a stream that an id stands for', () => {
  const store = openStore();
  const [one, two] = [store.open(true), store.open(true)];
  one.send(message(1));
  expect(store.find(`${one.key}-0`)).toEqual({ stream: one, event: 0 });
  expect(store.find(`${one.key}-1`)).toEqual({ stream: one, event: 1 });
  expect(store.find(`${two.key}-1`)).toBeNull();
});

it('gives the later events of that stream alone, in order', () => {
  const store = openStore();
  const [one, two] = [store.open(true), store.open(true)];
  for (const text of ['1', '2', '3']) {
    one.send(Buffer.from(text));
    two.send(Buffer.from(`0${text}`));
  }
  const frames = store.after(one, 1).map((frame) => Buffer.concat(frame).toString());
  expect(frames).toEqual([2, 3].map((n) => `event: message\nid: ${one.key}-${n}\ndata: ${n}\n\n`));
});

it('keeps the newest thousand events: who has seen all that went can go on, who has not can not', () => {
  const store = openStore();
  const stream = store.open(true);
  for (let count = 0; count < 1005; count += 1) stream.send(message(1));
  expect(store.find(`${stream.key}-4`)).toBeNull();
  expect(store.find(`${stream.key}-5`)).not.toBeNull();
  expect(store.after(stream, 5)).toHaveLength(1000);
});

it('keeps the newest four megabytes', () => {
  const store = openStore();
  const stream = store.open(true);
  for (let count = 0; count < 6; count += 1) stream.send(message(MEGABYTE));
  expect(store.find(`${stream.key}-2`)).toBeNull();
  expect(store.after(stream, 3)).toHaveLength(3);
});

it('keeps one event that is larger than that, until there is another one', () => {
  const store = openStore();
  const stream = store.open(true);
  stream.send(message(10 * MEGABYTE));
  expect(store.after(stream, 0)).toHaveLength(1);
  stream.send(message(1));
  expect(store.find(`${stream.key}-0`)).toBeNull();
  expect(store.after(stream, 1)).toHaveLength(1);
});

it('lets go of an event that is larger than that once a response has taken it, and of no other', () => {
  const store = openStore();
  const stream = store.open(true);
  stream.send(message(1));
  store.taken();
  expect(store.find(`${stream.key}-0`)).not.toBeNull();
  stream.send(message(10 * MEGABYTE));
  store.taken();
  expect(store.after(stream, 0)).toEqual([]);
  expect(store.find(`${stream.key}-1`)).toBeNull();
  expect(store.find(`${stream.key}-2`)).not.toBeNull();
});

it('lets go of the oldest events of all streams, and forgets a stream that is over with its last one', () => {
  const store = openStore();
  const [over, open] = [store.open(true), store.open(true)];
  over.send(message(1));
  over.end();
  expect(store.find(`${over.key}-1`)).not.toBeNull();
  for (let count = 0; count < 1000; count += 1) open.send(message(1));
  expect(store.find(`${over.key}-1`)).toBeNull();
  expect(store.find(`${open.key}-0`)).not.toBeNull();
});

it('forgets a stream at once that ends without an event, and all of them when it is closed', () => {
  const store = openStore();
  const [empty, full] = [store.open(true), store.open(true)];
  empty.end();
  expect(store.find(`${empty.key}-0`)).toBeNull();
  full.send(message(1));
  store.close();
  expect(store.find(`${full.key}-0`)).toBeNull();
});
