// Entry without a window: the gateway on Electron's own Node (ELECTRON_RUN_AS_NODE=1), for scripts and servers.
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gracefulShutdownOf, inspectConfig } from './gateway/composition/inspect-config.ts';
import { startGatewayHost } from './gateway/host.ts';
import { type CommandLine, helpText, readCommandLine, type RunOptions } from './main/program/command-line.ts';
import { findInstallation, type Installation } from './main/program/installation.ts';
import { managedConfigFile } from './main/program/managed-config.ts';
import { readyLine } from './main/program/ready-line.ts';
import { answerService } from './main/program/service/answer-service.ts';
import { lastingPath, planService, serviceArguments } from './main/program/service/service-plan.ts';
import { createStderrLogger } from './main/program/stderr-logger.ts';
import { promptInTerminal, type TerminalPrompt } from './main/program/terminal-prompt.ts';
import { userDataFolder } from './main/program/user-data-folder.ts';

/** What an end may take beside the running calls, milliseconds; more than the host gives it. */
const LONGEST_END_MS = 15_000;

const exitCodes = { stopped: 0, failed: 1, wrong: 2 } as const;

async function main(): Promise<number> {
  const installation = findInstallation(dirname(fileURLToPath(import.meta.url)));
  const commandLine = readCommandLine(process.argv.slice(2), process.cwd(), 'wrong');
  switch (commandLine.kind) {
    case 'help':
      process.stdout.write(helpText);
      return exitCodes.stopped;
    case 'version':
      process.stdout.write(`${installation.version}\n`);
      return exitCodes.stopped;
    case 'wrong':
      process.stderr.write(`${commandLine.message}\n`);
      return exitCodes.wrong;
    case 'config':
      return tellConfig(installation, commandLine);
    case 'service':
      return arrangeService(installation, commandLine);
    case 'run':
      return serve(installation, commandLine.options);
  }
}

async function serve(installation: Installation, options: RunOptions): Promise<number> {
  const { name, version, out, shippedPolicies, bundledOpa } = installation;
  const stopped = untilSignal();
  const logger = createStderrLogger();
  // It makes Electron's executable be Node, which is right for this process and wrong for all that it starts.
  delete process.env.ELECTRON_RUN_AS_NODE;
  const host = startGatewayHost({
    gateway: {
      version,
      configFile: options.configFile,
      managedConfigFile: managedConfigFile(name, process.platform),
      userData: options.userData ?? userDataFolder(name),
      shippedPolicies,
      out,
      bundledOpa,
      env: process.env,
    },
    logger,
  });
  host.setAuditKey({ from: 'file' });
  let prompt: TerminalPrompt | null = null;
  try {
    const start = await Promise.race([host.started, stopped]);
    if (start === 'stopped') return exitCodes.stopped;
    if (!start.ok) {
      const { code, message, remedy } = start.problem;
      process.stderr.write(`${message}\n${remedy}\n`);
      return code === 'config' ? exitCodes.wrong : exitCodes.failed;
    }
    process.stdout.write(readyLine(start.url, version));
    prompt = promptInTerminal({
      host,
      input: process.stdin,
      // Standard output is for programs.
      output: process.stderr,
      logger,
      onInterrupt: () => process.kill(process.pid, 'SIGINT'),
    });
    await stopped;
    return exitCodes.stopped;
  } finally {
    prompt?.close();
    await host.close();
  }
}

function tellConfig(
  { name }: Installation,
  { question, options: { configFile, userData } }: Extract<CommandLine, { kind: 'config' }>,
): number {
  const { ok, text, remarks } = inspectConfig(question, {
    configFile,
    managedConfigFile: managedConfigFile(name, process.platform),
    userData: userData ?? userDataFolder(name),
    env: process.env,
  });
  process.stdout.write(text);
  for (const remark of remarks) process.stderr.write(`${remark}\n`);
  return ok ? exitCodes.stopped : exitCodes.wrong;
}

function arrangeService(
  { name, out }: Installation,
  { question, options }: Extract<CommandLine, { kind: 'service' }>,
): number {
  const { configFile, userData } = options;
  const places = {
    configFile,
    managedConfigFile: managedConfigFile(name, process.platform),
    userData: userData ?? userDataFolder(name),
    env: process.env,
  };
  const graceMs = gracefulShutdownOf(places);
  if (graceMs === null) {
    process.stderr.write(`${inspectConfig('check', places).remarks.join('\n')}\n`);
    return exitCodes.wrong;
  }
  const planned = planService(
    {
      name,
      executable: process.execPath,
      args: serviceArguments(out, options),
      path: lastingPath(process.env.PATH ?? ''),
      stopSeconds: Math.ceil((graceMs + LONGEST_END_MS) / 1000),
    },
    { platform: process.platform, env: process.env, home: homedir(), uid: process.getuid?.() ?? null },
  );
  const { ok, text, remark } = answerService(question, planned);
  process.stdout.write(text);
  process.stderr.write(remark);
  return ok ? exitCodes.stopped : exitCodes.failed;
}

/** A second signal, whichever of them it is, finds no listener, and ends the process at once. */
function untilSignal(): Promise<'stopped'> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of signals) process.off(signal, stop);
      resolve('stopped');
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

process.exit(await main());
