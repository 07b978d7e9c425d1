// All commands, in the order of the help.
import { approvalCommands } from './commands/approval-commands.ts';
import { auditCommands } from './commands/audit-commands.ts';
import { policyCommands } from './commands/policy-commands.ts';
import { proxyCommands } from './commands/proxy-commands.ts';
import { serverCommands } from './commands/server-commands.ts';
import type { Command } from './command.ts';

export const commands: readonly Command[] = [
  ...proxyCommands,
  ...serverCommands,
  ...approvalCommands,
  ...policyCommands,
  ...auditCommands,
];
