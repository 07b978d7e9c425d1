// An agent of the user's launchd (macOS): `man launchd.plist`.
import { asNode, marker, type ServiceSetup, xmlText } from './service-setup.ts';

export const agentLabel = 'dev.mcp-proxy.desktop.headless';

/** @param logFile Where standard output and standard error go; its folder must be there. */
export function launchdAgent({ executable, args, path, stopSeconds }: ServiceSetup, logFile: string): string {
  const words = [executable, ...args].map((word) => `    <string>${xmlText(word)}</string>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${marker}. Without this line the program leaves the file alone. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${agentLabel}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>${asNode.name}</key>
    <string>${asNode.value}</string>
    <key>PATH</key>
    <string>${xmlText(path)}</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>${stopSeconds}</integer>
  <key>StandardOutPath</key>
  <string>${xmlText(logFile)}</string>
  <key>StandardErrorPath</key>
  <string>${xmlText(logFile)}</string>
</dict>
</plist>
`;
}
