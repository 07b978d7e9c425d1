// A task at the user's logon (Windows): https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
import { asNode, marker, type ServiceSetup, xmlText } from './service-setup.ts';

/**
 * Tasks have no environment of their own, so the command shell sets the one variable; conhost keeps its window away.
 * @param user `DOMAIN\name`, at whose logon it starts
 */
export function windowsTask({ name, executable, args }: ServiceSetup, user: string): string {
  const program = [executable, ...args].map((word) => `"${word}"`).join(' ');
  const command = `set "${asNode.name}=${asNode.value}" && ${program}`;
  return `<?xml version="1.0" encoding="UTF-16"?>
<!-- ${marker}. Without this line the program leaves the file alone. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xmlText(name)}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>${xmlText(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>5</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>${xmlText(`--headless cmd.exe /d /s /c "${command}"`)}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}
