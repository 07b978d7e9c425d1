// What differs between two configurations, and what of it takes effect at once.
import { expect, it } from 'vitest';
import { changedSettings, isLive } from '../../../../electron/gateway/config/changed-settings.ts';
import { configSchema } from '../../../../electron/shared/config.ts';

const changed = (before: object, after: object) =>
  changedSettings(configSchema.parse(before), configSchema.parse(after));

it('names the settings that differ, and no others', () => {
  expect(changed({}, {})).toEqual([]);
  expect(changed({}, { server: { listen: { port: 1 } }, logging: { level: 'debug' } })).toEqual([
    'server.listen.port',
    'logging.level',
  ]);
  expect(changed({ upstream: { args: ['a'] } }, { upstream: { args: ['a', 'b'] } })).toEqual([
    'upstream.args',
  ]);
});

it('names what has come and what has gone', () => {
  const one = { limits: { tools: { a: { per_hour: 1 } } } };
  expect(changed({}, one)).toEqual(['limits.tools.a']);
  expect(changed(one, {})).toEqual(['limits.tools']);
});

it('tells what takes effect at once', () => {
  expect(
    ['policy.mode', 'policy.modes.clients', 'limits.tools.a', 'logging.level'].filter(isLive),
  ).toHaveLength(4);
  expect(['policy.policy_dir', 'server.listen.port', 'logging.output', 'policy.mode2'].some(isLive)).toBe(
    false,
  );
});
