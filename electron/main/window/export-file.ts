// Where an export of the audit log goes: asked in the system's dialog, and known to main alone.
import { app, BrowserWindow, dialog, shell } from 'electron';
import { join } from 'node:path';
import type { GatewayHost } from '../../gateway/host.ts';
import type { AuditExport, ExportFormat, ExportWish } from '../../shared/audit-export.ts';

const endings = {
  jsonl: { name: 'JSON Lines', extension: 'jsonl' },
  csv: { name: 'Comma-separated values', extension: 'csv' },
  json: { name: 'JSON', extension: 'json' },
  sqlite: { name: 'SQLite database', extension: 'db' },
  ocsf: { name: 'OCSF events, JSON Lines', extension: 'ocsf.jsonl' },
} as const satisfies Record<ExportFormat, { name: string; extension: string }>;

/** Null where the dialog was cancelled. */
export async function exportToChosenFile(host: GatewayHost, wish: ExportWish): Promise<AuditExport | null> {
  const { name, extension } = endings[wish.format];
  const options: Electron.SaveDialogOptions = {
    title: 'Export the audit log',
    buttonLabel: 'Export',
    defaultPath: join(app.getPath('documents'), `${nameOf(new Date(), wish.proof)}.${extension}`),
    // Of "ocsf.jsonl" the dialogs of some systems know the last part alone.
    filters: [{ name, extensions: [extension.split('.').at(-1) ?? extension] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  };
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const chosen = await (window === undefined
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  return chosen.canceled || chosen.filePath === ''
    ? null
    : host.startExport({ ...wish, file: chosen.filePath });
}

/** False where the last export made no file. */
export async function showExportedFile(host: GatewayHost): Promise<boolean> {
  const last = await host.commands['audit.export.read']();
  if (last?.state !== 'done') return false;
  shell.showItemInFolder(last.file);
  return true;
}

/** By the local day, so that the newest one stands last. */
function nameOf(now: Date, proof: boolean): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `mcp-proxy-audit-${day}${proof ? '-proof' : ''}`;
}
