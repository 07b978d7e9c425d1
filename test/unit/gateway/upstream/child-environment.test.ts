// Which variables a server's process gets.
import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../../../electron/gateway/upstream/child-environment.ts';

describe('childEnvironment', () => {
  it('passes on what every program needs and nothing else', () => {
    const host = {
      PATH: '/bin',
      HOME: '/home/a',
      AWS_SECRET_ACCESS_KEY: 'x',
      ELECTRON_RUN_AS_NODE: '1',
      LANG: undefined,
    };
    expect(childEnvironment(host, {}, 'linux')).toEqual({ PATH: '/bin', HOME: '/home/a' });
  });

  it('passes on all that was configured, over what is inherited', () => {
    expect(
      childEnvironment({ PATH: '/bin' }, { PATH: '/opt/bin', ELECTRON_RUN_AS_NODE: '1' }, 'linux'),
    ).toEqual({
      PATH: '/opt/bin',
      ELECTRON_RUN_AS_NODE: '1',
    });
  });

  it('leaves out exported shell functions', () => {
    expect(childEnvironment({ TERM: '() { :; }; echo pwned' }, {}, 'linux')).toEqual({});
  });

  it('knows that names have no case on Windows', () => {
    const host = { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', path_to: 'x' };
    expect(childEnvironment(host, {}, 'win32')).toEqual({ Path: 'C:\\bin', SystemRoot: 'C:\\Windows' });
    expect(childEnvironment(host, { PATH: 'D:\\' }, 'win32')).toEqual({
      PATH: 'D:\\',
      SystemRoot: 'C:\\Windows',
    });
    expect(childEnvironment({ path: '/bin' }, {}, 'linux')).toEqual({});
  });
});
