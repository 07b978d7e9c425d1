import { describe, expect, it } from 'vitest';
import { createModes } from '../../../../electron/gateway/runtime/modes.ts';
import { agent } from '../fakes.ts';

const modes = createModes({
  clients: { trusted: 'audit', wild: 'enforce' },
  servers: { lab: 'audit', bank: 'enforce' },
});
const calling = (id: string, server: string) => ({ agent: { ...agent, id }, server });

describe('the mode of a call', () => {
  it.each([
    ['anybody', 'files', 'enforce', 'enforce'],
    ['anybody', 'files', 'audit', 'audit'],
    ['trusted', 'files', 'enforce', 'audit'],
    ['wild', 'files', 'audit', 'enforce'],
    ['anybody', 'lab', 'enforce', 'audit'],
    ['anybody', 'bank', 'audit', 'enforce'],
    ['trusted', 'lab', 'enforce', 'audit'],
    ['trusted', 'bank', 'audit', 'enforce'],
    ['wild', 'lab', 'audit', 'enforce'],
    ['constructor', '__proto__', 'audit', 'audit'],
  ] as const)('of %s at %s, where it is %s for all, is %s', (id, server, forAll, expected) => {
    expect(modes.of(calling(id, server), forAll)).toBe(expected);
  });

  it('tells its overrides', () => {
    expect(modes.overrides).toContainEqual({ of: 'client', name: 'trusted', mode: 'audit' });
    expect(modes.overrides).toHaveLength(4);
  });
});
