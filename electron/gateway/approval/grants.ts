// Answers that hold for a while: kept in memory alone, given to one caller, for one reason.
import type { AnswerScope, Grant } from '../../shared/approvals.ts';
import type { Clock } from '../ports.ts';
import { writtenArguments } from '../wire/written-arguments.ts';
import type { AskedCall } from './asked-call.ts';

export interface GrantsOptions {
  readonly clock: Clock;
  /** What "15 minutes" are, milliseconds. */
  readonly lastingMs: number;
  /** What is listed is another list now, or its figures are others. */
  readonly onChange: () => void;
}

export interface GrantWish {
  readonly allow: boolean;
  readonly scope: AnswerScope;
  readonly duration: Grant['duration'];
  readonly note: string;
}

export interface Grants {
  /** Null where the caller could not be told from others. Replaces what was given for the same before. */
  give(asked: AskedCall, wish: GrantWish): Grant | null;
  /** The grant that answers this call, if one does; it is counted as used. */
  use(asked: AskedCall): Grant | null;
  /** Newest first. */
  list(): Grant[];
  revoke(id: string): boolean;
  /** Undoes `revoke`; false where it is over by now. */
  restore(id: string): boolean;
  sessionEnded(sessionId: string): void;
  close(): void;
}

interface Kept {
  readonly shown: Grant;
  readonly holder: string;
  readonly target: string;
  readonly reason: string;
  /** By the monotonic clock: a wall clock that is set back makes nothing last longer. Null: until the session ends. */
  readonly lastMicros: number | null;
}

/** The oldest go first: who was answered for then is asked about again. */
const MAX_GRANTS = 1000;
const MAX_REVOKED = 100;

export function createGrants({ clock, lastingMs, onChange }: GrantsOptions): Grants {
  /** The newest last. */
  let kept: Kept[] = [];
  let revoked: Kept[] = [];
  let given = 0;
  let nextEnd: NodeJS.Timeout | undefined;

  const isOver = ({ shown, lastMicros }: Kept) =>
    (shown.expiresAt !== null && clock.now() >= shown.expiresAt) ||
    (lastMicros !== null && clock.monotonicMicros() >= lastMicros);

  function keep(next: readonly Kept[]): void {
    kept = next.filter((each) => !isOver(each)).slice(-MAX_GRANTS);
    clearTimeout(nextEnd);
    const ends = kept.flatMap(({ shown }) => (shown.expiresAt === null ? [] : [shown.expiresAt]));
    // Nothing holds for longer than its time, whenever this comes: it is for those who look at the list.
    if (ends.length > 0) nextEnd = setTimeout(() => keep(kept), Math.max(1, Math.min(...ends) - clock.now()));
    onChange();
  }

  return {
    give(asked, wish) {
      const isLasting = wish.duration === '15_minutes';
      const holder = isLasting ? asked.caller.lasting : asked.caller.session;
      if (holder === null) return null;
      given += 1;
      const made: Kept = {
        shown: {
          id: `grant_${given}`,
          ...wish,
          ...shownTarget(asked, wish.scope),
          since: clock.now(),
          expiresAt: isLasting ? clock.now() + lastingMs : null,
          sessionId: isLasting ? null : asked.call.session.id,
          uses: 0,
          lastUsedAt: null,
        },
        holder,
        target: asked.targets[wish.scope],
        reason: asked.reason,
        lastMicros: isLasting ? clock.monotonicMicros() + lastingMs * 1000 : null,
      };
      keep([...kept.filter((each) => !isSame(each, made)), made]);
      return made.shown;
    },

    use(asked) {
      if (kept.length === 0) return null;
      const { lasting, session } = asked.caller;
      const holding = kept.filter(
        (each) =>
          (each.holder === lasting || each.holder === session) &&
          each.target === asked.targets[each.shown.scope] &&
          !isOver(each),
      );
      // Who has said no is not asked again in other words; a yes is one to what was read then, and to nothing else.
      const found =
        holding.findLast(({ shown }) => !shown.allow) ??
        holding.findLast(({ reason }) => reason === asked.reason);
      if (found === undefined) return null;
      const used = { ...found.shown, uses: found.shown.uses + 1, lastUsedAt: clock.now() };
      keep(kept.map((each) => (each === found ? { ...found, shown: used } : each)));
      return used;
    },

    list: () =>
      kept
        .filter((each) => !isOver(each))
        .map(({ shown }) => shown)
        .reverse(),

    revoke(id) {
      const found = kept.find(({ shown }) => shown.id === id);
      if (found === undefined) return false;
      revoked = [...revoked, found].slice(-MAX_REVOKED);
      keep(kept.filter((each) => each !== found));
      return true;
    },

    restore(id) {
      const found = revoked.find(({ shown }) => shown.id === id);
      revoked = revoked.filter((each) => each !== found);
      if (found === undefined || isOver(found)) return false;
      keep([...kept.filter((each) => !isSame(each, found)), found]);
      return true;
    },

    sessionEnded(sessionId) {
      const isOf = ({ shown }: Kept) => shown.sessionId === sessionId;
      revoked = revoked.filter((each) => !isOf(each));
      if (kept.some(isOf)) keep(kept.filter((each) => !isOf(each)));
    },

    close() {
      clearTimeout(nextEnd);
      kept = [];
      revoked = [];
    },
  };
}

/** Given to the same caller about the same: the newer one takes its place, however long it holds. */
function isSame(one: Kept, other: Kept): boolean {
  const isAboutTheSame =
    one.holder === other.holder && one.shown.scope === other.shown.scope && one.target === other.target;
  return isAboutTheSame && (one.reason === other.reason || !one.shown.allow || !other.shown.allow);
}

function shownTarget({ call, decision }: AskedCall, scope: AnswerScope) {
  const { client, clientId, process, server, method, tool, resource } = call;
  const isNarrow = scope === 'tool' || scope === 'arguments';
  return {
    client: { name: client.name, id: clientId, process: process && shownProcess(process) },
    server: scope === 'client' ? null : server,
    method: isNarrow ? method : null,
    tool: isNarrow ? tool : null,
    resource: isNarrow ? resource : null,
    arguments: scope === 'arguments' ? writtenArguments(call).toString('utf8') : null,
    rule: decision.matchedRule,
  };
}

/** Without when it was started, which tells people nothing. */
export function shownProcess({ pid, executable, name }: NonNullable<AskedCall['call']['process']>) {
  return { pid, executable, name };
}
