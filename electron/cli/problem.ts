// Why a command of the command line can't be done, and how the program ends then.
export const exitCodes = { done: 0, refused: 1, wrong: 2, absent: 3 } as const;

/** Why a command can't be done, in words for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, exitCode: number = exitCodes.refused) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}
