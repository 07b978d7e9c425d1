// From a message to a Call: what is asked on what, and what no policy could judge.
import { describe, expect, it } from 'vitest';
import { classify, type Classified } from '../../../../electron/gateway/router/classify.ts';
import { ruleFor } from '../../../../electron/gateway/router/method-table.ts';
import { callContext, callOf, notification, request } from '../fakes.ts';

const classified = (method: string, params: object): Classified =>
  classify(request(1, method, params), callContext);

describe('a call', () => {
  it('names the tool and its arguments', () => {
    const message = request(1, 'tools/call', { name: 'read_file', arguments: { path: '/tmp/a' }, _meta: {} });
    expect(callOf(message)).toMatchObject({
      treatment: 'enforce',
      method: 'tools/call',
      tool: 'read_file',
      resource: null,
      arguments: { path: '/tmp/a' },
      ...callContext,
    });
    expect(callOf(message).message).toBe(message);
  });

  it('has no arguments where none are given', () => {
    expect(callOf(request(1, 'tools/call', { name: 'now' })).arguments).toEqual({});
  });

  it('names a prompt in place of a tool', () => {
    const call = callOf(request(1, 'prompts/get', { name: 'review', arguments: { of: 'x' } }));
    expect(call).toMatchObject({ treatment: 'enforce', tool: 'review', arguments: { of: 'x' } });
  });

  it.each(['resources/read', 'resources/subscribe'])('names the resource of %s', (method) => {
    const call = callOf(request(1, method, { uri: 'file:///etc/passwd' }));
    expect(call).toMatchObject({
      treatment: 'enforce',
      tool: null,
      resource: 'file:///etc/passwd',
      arguments: { uri: 'file:///etc/passwd' },
    });
  });

  it('has its params for arguments where the method has none of its own', () => {
    const params = { ref: { type: 'ref/resource', uri: 'file:///x' }, argument: { name: 'a', value: '' } };
    expect(callOf(request(1, 'completion/complete', params)).arguments).toEqual(params);
  });

  describe('that listens for changes', () => {
    const listening = (notifications: unknown) =>
      callOf(request(1, 'subscriptions/listen', { notifications }));

    it('is judged where it names resources, all of them', () => {
      const one = { resourceSubscriptions: ['file:///a'], toolsListChanged: true };
      expect(listening(one)).toMatchObject({
        treatment: 'enforce',
        resource: 'file:///a',
        resources: ['file:///a'],
        arguments: { notifications: one },
      });
      const several = listening({ resourceSubscriptions: ['file:///a', 'file:///b'] });
      expect(several).toMatchObject({ treatment: 'enforce', resource: null });
      expect(several.resources).toEqual(['file:///a', 'file:///b']);
    });

    it.each([{ toolsListChanged: true }, { resourceSubscriptions: [] }, {}, undefined])(
      'is passed on where it names none: %j',
      (notifications) => {
        expect(listening(notifications)).toMatchObject({ treatment: 'pass', resource: null, resources: [] });
      },
    );
  });

  it('is frozen, and has an id of its own', () => {
    const message = request(1, 'tools/call', { name: 'x' });
    const [one, other] = [callOf(message), callOf(message)];
    expect(Object.isFrozen(one)).toBe(true);
    expect(one.requestId).not.toBe(other.requestId);
  });

  it('is also what a notification is, so that a tool call without an id is judged, too', () => {
    expect(callOf(notification('tools/call', { name: 'delete_file' }))).toMatchObject({
      treatment: 'enforce',
      tool: 'delete_file',
    });
  });
});

describe('a message that no policy could judge is refused', () => {
  it.each<[string, string, object]>([
    ['a tool call without a name', 'tools/call', {}],
    ['a tool call whose name is a number', 'tools/call', { name: 1 }],
    ['a tool call whose name is a list', 'tools/call', { name: ['read_file'] }],
    ['a tool call whose name is null', 'tools/call', { name: null }],
    ['a tool call whose name is a text of its own', 'tools/call', { name: 'x'.repeat(1025) }],
    [
      'a resource whose URI is a document of its own',
      'resources/read',
      { uri: `data:,${'x'.repeat(20_000)}` },
    ],
    ['a prompt without a name', 'prompts/get', {}],
    ['a resource without a URI', 'resources/read', {}],
    ['a resource whose URI is an object', 'resources/read', { uri: {} }],
    ['a subscription without a URI', 'resources/subscribe', {}],
    ['a filter that is a list', 'subscriptions/listen', { notifications: ['file:///a'] }],
    ['one URI to follow', 'subscriptions/listen', { notifications: { resourceSubscriptions: 'file:///a' } }],
    ['URIs that are none', 'subscriptions/listen', { notifications: { resourceSubscriptions: [{}] } }],
    [
      'more URIs than can be judged in time',
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: Array.from({ length: 101 }, () => 'file:///a') } },
    ],
    ['arguments that are a list', 'tools/call', { name: 'x', arguments: ['/etc'] }],
    ['arguments that are a string', 'tools/call', { name: 'x', arguments: '{"path":"/etc"}' }],
    ['arguments that are false', 'tools/call', { name: 'x', arguments: false }],
  ])('%s', (_what, method, params) => {
    expect(classified(method, params)).toMatchObject({ ok: false, refusal: { error: 'invalid_params' } });
  });

  it.each<[string, string, object]>([
    ['a second name', 'tools/call', { name: 'read_file', Name: 'delete_file' }],
    ['a second name with a long s in it', 'tools/call', { name: 'x', argumentſ: { path: '/etc' } }],
    ['a second URI', 'resources/read', { uri: 'file:///tmp', URI: 'file:///etc' }],
    ['arguments that only some servers see', 'tools/call', { name: 'x', Arguments: { path: '/etc' } }],
    ['an argument twice', 'tools/call', { name: 'x', arguments: { path: '/tmp', Path: '/etc' } }],
    [
      'an argument twice, never in lower case',
      'tools/call',
      { name: 'x', arguments: { fileName: 1, FileName: 2 } },
    ],
    ['other metadata', 'tools/call', { name: 'x', _Meta: {} }],
    ['a filter that only some servers see', 'subscriptions/listen', { Notifications: {} }],
    [
      'URIs that only some servers see',
      'subscriptions/listen',
      { notifications: { resourcesubscriptions: ['file:///etc'] } },
    ],
    ['a member of an unknown method twice', 'future/call', { target: 'a', Target: 'b' }],
  ])('%s, for a server that reads names without regard to case', (_what, method, params) => {
    expect(classified(method, params)).toMatchObject({ ok: false, refusal: { error: 'invalid_params' } });
  });

  it('but what an argument holds inside may be spelt as one likes', () => {
    const params = { name: 'x', arguments: { headers: { Accept: '1', accept: '2' }, Path: '/tmp' } };
    expect(classified('tools/call', params).ok).toBe(true);
  });
});

describe('the method table', () => {
  it.each([
    'tools/call',
    'prompts/get',
    'resources/read',
    'resources/subscribe',
    'completion/complete',
    'tasks/get',
    'tasks/result',
    'tasks/list',
    'tasks/update',
    'tasks/cancel',
    'subscriptions/listen',
  ])('has %s checked by policy', (method) => {
    expect(ruleFor(method).treatment).toBe('enforce');
  });

  it.each([
    'initialize',
    'server/discover',
    'ping',
    'resources/unsubscribe',
    'logging/setLevel',
    'notifications/initialized',
    'notifications/cancelled',
    'notifications/progress',
    'notifications/roots/list_changed',
    'notifications/tasks/status',
  ])('passes %s on', (method) => {
    expect(ruleFor(method).treatment).toBe('pass');
  });

  it.each(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'])(
    'has the answer to %s filtered',
    (method) => {
      expect(ruleFor(method).treatment).toBe('filter');
    },
  );

  it.each([
    'Tools/list',
    'tools/List',
    'tools/list ',
    'tools/call/',
    'notifications/made_up',
    'toString',
    'constructor',
    'hasOwnProperty',
    '__proto__',
  ])('has %s checked, which it does not know', (method) => {
    expect(ruleFor(method)).toEqual({ treatment: 'enforce' });
  });
});
