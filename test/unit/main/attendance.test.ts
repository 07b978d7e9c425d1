import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAttendance, isAttended, nobodyYet } from '../../../electron/main/attendance.ts';

const there = { ...nobodyYet, window: true };

describe('somebody can be asked', () => {
  it.each([
    ['nowhere', nobodyYet, false],
    ['in the window', there, true],
    ['beside the tray', { ...nobodyYet, prompt: true }, true],
    ['behind a lock', { ...there, locked: true }, false],
    ['asleep', { ...there, asleep: true }, false],
    ['with another user in front', { ...there, elsewhere: true }, false],
    ['without a display', { ...there, dark: true }, false],
    ['at the end', { ...there, ending: true }, false],
  ])('%s', (_where, presence, attended) => {
    expect(isAttended(presence)).toBe(attended);
  });
});

function follow() {
  const said: boolean[] = [];
  return { said, attendance: createAttendance((attended) => said.push(attended)) };
}

describe('attendance', () => {
  it('says each change once', () => {
    const { said, attendance } = follow();
    attendance.tell({ window: true });
    attendance.tell({ prompt: true });
    attendance.tell({ window: false });
    attendance.tell({ locked: true });
    attendance.tell({ asleep: true });
    attendance.tell({ locked: false });
    attendance.tell({ asleep: false });
    expect(said).toEqual([true, false, true]);
  });

  it('lets go of what waited where that was lost from sight, and goes on where it can', () => {
    const { said, attendance } = follow();
    attendance.tell({ window: true, prompt: true });
    attendance.lost();
    expect(said).toEqual([true, false, true]);
    attendance.tell({ prompt: false, window: false });
    attendance.lost();
    expect(said).toEqual([true, false, true, false]);
  });

  it('is over once it is closed', () => {
    const { said, attendance } = follow();
    attendance.tell({ window: true });
    attendance.close();
    attendance.tell({ prompt: true, locked: false });
    attendance.lost();
    expect(said).toEqual([true, false]);
  });

  it('says what is so after whatever has happened', () => {
    const name = fc.constantFrom('window', 'prompt', 'locked', 'asleep', 'elsewhere', 'dark', 'ending');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean())), (changes) => {
        const { said, attendance } = follow();
        let presence = nobodyYet;
        for (const [what, is] of changes) {
          presence = { ...presence, [what]: is };
          attendance.tell({ [what]: is });
          expect(said.at(-1) ?? false).toBe(isAttended(presence));
        }
      }),
    );
  });
});
