// How long a server may take for one request: so long without a sign of life, and so long in all.

export interface DeadlineOptions {
  /** From the start, and from each sign of life; milliseconds. */
  readonly silenceMs: number;
  /** From the start, whatever is shown; milliseconds, null for as long as it likes. */
  readonly longestMs: number | null;
  /** The server itself waits for the client: its silence means nothing. */
  readonly isExcused: () => boolean;
  /** Called once, where it was not met; `why` is for people. */
  readonly expired: (why: string) => void;
}

export interface Deadline {
  /** The server shows that it is at work. */
  progress(): void;
  end(): void;
}

/** For what is to last: a subscription. */
export const noDeadline: Deadline = { progress: () => undefined, end: () => undefined };

export function startDeadline({ silenceMs, longestMs, isExcused, expired }: DeadlineOptions): Deadline {
  const lastMoment = longestMs === null ? Infinity : performance.now() + longestMs;
  let timer = start();

  function start(): NodeJS.Timeout {
    const left = lastMoment - performance.now();
    return left > silenceMs ? setTimeout(silent, silenceMs) : setTimeout(over, left);
  }

  function silent(): void {
    if (isExcused()) timer = start();
    else expired(`The MCP server did not answer within ${silenceMs / 1000} s`);
  }

  function over(): void {
    expired(`The MCP server was not done within ${(longestMs ?? 0) / 1000} s`);
  }

  return {
    progress() {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}
