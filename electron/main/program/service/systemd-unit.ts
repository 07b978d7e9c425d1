// A unit of the user's own systemd (Linux): https://www.freedesktop.org/software/systemd/man/systemd.service.html
import { asNode, marker, type ServiceSetup } from './service-setup.ts';

export const unitName = 'mcp-proxy-desktop.service';

/** What no server of a user has to do, and some exploits do. */
const refusedSystemCalls = '~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap';

/**
 * Only what a user's manager can grant without namespaces: MCP servers are started below it, and are there to work on
 * the user's files, in containers and browsers too.
 */
export function systemdUnit({ name, executable, args, path, stopSeconds }: ServiceSetup): string {
  return `# ${marker}. Without this line the program leaves the file alone.
[Unit]
Description=${escapeSpecifiers(name)}
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${[executable, ...args].map(argument).join(' ')}
Environment=${assignment(asNode.name, asNode.value)}
Environment=${assignment('PATH', path)}
# Its servers are not signalled beside it: their running calls end first.
KillMode=mixed
# server.graceful_shutdown, and what the end takes besides.
TimeoutStopSec=${stopSeconds}
Restart=on-failure
RestartSec=5
# The configuration is wrong: a person has to put it right.
RestartPreventExitStatus=2
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=~AF_PACKET
SystemCallArchitectures=native
SystemCallFilter=${refusedSystemCalls}
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
`;
}

/** One word of a command line (systemd.service, command lines): no variable, no specifier, no second word. */
function argument(text: string): string {
  return quoted(text).replaceAll('$', '$$$$');
}

/** Of `Environment=`, where "$" has no meaning. */
function assignment(name: string, value: string): string {
  return quoted(`${name}=${value}`);
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/\p{Cc}/gu, (control) => `\\x${(control.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
  return `"${escapeSpecifiers(escaped)}"`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}
