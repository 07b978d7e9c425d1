// What to do about a command that failed.

const ownFault = 'This is a fault of the app: please report it.';
const onceItRuns = 'Try again once the proxy runs; the Home view says how it is.';
const ways: Readonly<Record<string, string>> = {
  gateway_unavailable: onceItRuns,
  gateway_stopped: onceItRuns,
  bad_input: ownFault,
  bad_reply: ownFault,
  internal: ownFault,
  unknown_command: ownFault,
  client_exists: 'Choose another id.',
  client_unknown: 'The list shows those that there are.',
  clients_unwritten: "See that the disk is not full and that the app's folder can be written to.",
  settings_unwritten: "See that the disk is not full and that the app's folder can be written to.",
  settings_unreadable: 'The file window-settings.json in the app’s folder is damaged: mend it, or delete it.',
  config: 'Mend the file; the settings are read again as soon as it is saved.',
  // Their messages say it.
  client_configured: '',
  clients_unreadable: '',
  too_many_clients: '',
};

/** What to do about a failed command, by the code of its error. */
export function wayOut(code: string): string {
  return (
    ways[code] ?? 'Try again. If it keeps failing, quit the app from its tray icon and start it once more.'
  );
}
