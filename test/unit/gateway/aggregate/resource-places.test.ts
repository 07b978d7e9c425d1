// Where resource URIs lead: to who showed them, and apart where several servers have the same.
import { describe, expect, it } from 'vitest';
import { ResourcePlaces } from '../../../../electron/gateway/aggregate/resource-places.ts';

const files = { prefix: 'files' };
const tickets = { prefix: 'my_tickets' };
const places = () => new ResourcePlaces<typeof files>();

const result = (content: unknown): Buffer =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: content }));

describe('a URI', () => {
  it('stays as it is, and leads to the server that showed it', () => {
    const known = places();
    expect(known.show(files, 'note://1')).toBe('note://1');
    expect(known.show(files, 'note://1')).toBe('note://1');
    expect(known.find('note://1')).toEqual({ server: files, uri: 'note://1' });
    expect(known.find('note://2')).toBeNull();
  });

  it('that another server has already gets the name of its own', () => {
    const known = places();
    known.show(files, 'note://1');
    expect(known.show(tickets, 'note://1')).toBe('my-tickets+note://1');
    expect(known.find('my-tickets+note://1')).toEqual({ server: tickets, uri: 'note://1' });
    expect(known.find('note://1')?.server).toBe(files);
  });

  it('that only looks as if it had a name before it is one like any other', () => {
    const known = places();
    expect(known.find('files+ssh://host/x')).toBeNull();
    known.show(tickets, 'files+ssh://host/x');
    expect(known.find('files+ssh://host/x')?.server).toBe(tickets);
  });
});

describe('a template', () => {
  it.each([
    ['note://{id}', 'note://7'],
    ['file:///{+path}', 'file:///a/b/c.txt'],
    ['db://{table}/rows/{row}', 'db://a/rows/1'],
    ['x://{a}-{b}{?q}', 'x://1-2?q=3'],
  ])('%s leads to its server for %s', (template, uri) => {
    const known = places();
    known.showTemplate(tickets, template);
    expect(known.find(uri)).toEqual({ server: tickets, uri });
  });

  it.each([
    ['note://{id}', 'notes://7'],
    ['db://{table}/rows/{row}', 'db://a/columns/1'],
    ['a{x}a', 'a'],
    ['note://fixed', 'note://fixed/more'],
  ])('%s does not take %s', (template, uri) => {
    const known = places();
    known.showTemplate(files, template);
    expect(known.find(uri)).toBeNull();
  });

  it('that two servers have is named for the second, and what fits it leads there', () => {
    const known = places();
    known.showTemplate(files, 'note://{id}');
    expect(known.showTemplate(tickets, 'note://{id}')).toBe('my-tickets+note://{id}');
    expect(known.find('my-tickets+note://7')).toEqual({ server: tickets, uri: 'note://7' });
    expect(known.find('note://7')?.server).toBe(files);
  });
});

describe('a result', () => {
  it.each([
    ['a link', { content: [{ type: 'resource_link', uri: 'note://1', name: 'x' }] }],
    ['an embedded resource', { content: [{ type: 'resource', resource: { uri: 'note://1', text: '' } }] }],
    ['a prompt', { messages: [{ role: 'user', content: { type: 'resource_link', uri: 'note://1' } }] }],
    ['what was read', { contents: [{ uri: 'note://1', text: '' }] }],
  ])('makes URIs known that stand in %s', (_what, content) => {
    const known = places();
    const json = result(content);
    expect(known.showResult(tickets, json)).toBe(json);
    expect(known.find('note://1')?.server).toBe(tickets);
  });

  it('has the URIs of another server named, and every other byte as it came', () => {
    const known = places();
    known.show(files, 'note://1');
    const text =
      '{"id":1, "result" : {"content":[{"type":"text","text":"note://1"},{"n":12345678901234567890,"uri": "note://1"}]}}';
    expect(known.showResult(tickets, Buffer.from(text)).toString()).toBe(
      text.replace('"uri": "note://1"', '"uri": "my-tickets+note://1"'),
    );
  });

  it.each([
    {},
    { content: 'no list' },
    { content: [1, null, { uri: 7 }] },
    { messages: [null, { content: 1 }] },
  ])('of an odd shape passes (%j)', (content) => {
    const json = Buffer.from(JSON.stringify({ id: 1, note: 'has "uri"', result: content, uri: '' }));
    expect(places().showResult(files, json)).toBe(json);
  });
});
