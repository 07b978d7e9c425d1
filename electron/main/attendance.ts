// Whether somebody can be asked. The one place that decides it, so that whoever stops being there is noticed at once.

export interface Presence {
  /** The app's window is open. */
  readonly window: boolean;
  /** A question that comes now will be shown beside the tray. */
  readonly prompt: boolean;
  readonly locked: boolean;
  readonly asleep: boolean;
  /** Another user of this machine is in front of it. */
  readonly elsewhere: boolean;
  /** No display is left. */
  readonly dark: boolean;
  /** The app, the session or the system is about to end. */
  readonly ending: boolean;
}

export const nobodyYet: Presence = {
  window: false,
  prompt: false,
  locked: false,
  asleep: false,
  elsewhere: false,
  dark: false,
  ending: false,
};

export function isAttended(presence: Presence): boolean {
  const { window, prompt, locked, asleep, elsewhere, dark, ending } = presence;
  return (window || prompt) && !locked && !asleep && !elsewhere && !dark && !ending;
}

export interface Attendance {
  tell(change: Partial<Presence>): void;
  /**
   * What showed the questions crashed or hangs: all that waits gets the default. What comes later is asked about again,
   * where somebody can be.
   */
  lost(): void;
  close(): void;
}

/** @param setAttended Told of each change. False gives all that waits the default. */
export function createAttendance(setAttended: (attended: boolean) => void): Attendance {
  let presence = nobodyYet;
  let attended = false;

  function say(now: boolean): void {
    if (now === attended) return;
    attended = now;
    setAttended(now);
  }

  return {
    tell(change) {
      presence = { ...presence, ...change };
      say(isAttended(presence));
    },
    lost() {
      say(false);
      say(isAttended(presence));
    },
    close() {
      presence = { ...presence, ending: true };
      say(false);
    },
  };
}
