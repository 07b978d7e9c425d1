// The window's side of the contract in main: whom it listens to, and what it answers itself.
import { app, clipboard, ipcMain } from 'electron';
import type { ConfigPlaces } from '../../gateway/composition/inspect-config.ts';
import type { GatewayHost } from '../../gateway/host.ts';
import type { Logger } from '../../gateway/ports.ts';
import type { AuditProof } from '../../shared/audit-proof.ts';
import { commandChannel } from '../../shared/contract-names.ts';
import {
  windowCommands,
  type AppInfo,
  type Handlers,
  type Reply,
  type WindowCommands,
} from '../../shared/contract.ts';
import { createAnswer } from '../../shared/rpc.ts';
import type { Preferences } from '../settings/preferences.ts';
import { chooseForSetting, showSettingFile } from '../settings/setting-files.ts';
import type { SettingsDesk } from '../settings/settings-desk.ts';
import { keepDrafts } from './drafts.ts';
import { exportToChosenFile, showExportedFile } from './export-file.ts';
import type { PromptWindow } from './prompt-window.ts';
import { isTrustedFrame } from './trusted-frame.ts';

/** What this file can't know of the app by itself. */
export type AboutApp = Pick<AppInfo, 'version' | 'pauseShortcut' | 'bridge'>;

export interface WindowCommandsNeeds {
  readonly host: GatewayHost;
  readonly about: () => AboutApp;
  /** The keychain is main's alone. */
  readonly replaceAuditKey: () => Promise<AuditProof>;
  readonly prompt: Pick<PromptWindow, 'fit' | 'recall'> | null;
  readonly places: ConfigPlaces;
  readonly settings: SettingsDesk;
  readonly preferences: Preferences;
  readonly logger: Logger;
}

/** Answers the commands of the window's own page, and of no other frame. */
export function serveWindowCommands(needs: WindowCommandsNeeds): void {
  const { host, about, replaceAuditKey, prompt, places, settings, preferences, logger } = needs;
  const drafts = keepDrafts();
  const handlers: Handlers<WindowCommands> = {
    ...host.commands,
    'app.info': () => ({
      ...about(),
      electron: process.versions.electron,
      platform: process.platform,
      userData: app.getPath('userData'),
    }),
    'drafts.read': () => drafts.read(),
    'drafts.write': (files) => drafts.write(files),
    'audit.key.replace': () => replaceAuditKey(),
    'audit.export': (wish) => exportToChosenFile(host, wish),
    'audit.export.show': () => showExportedFile(host),
    'clipboard.write': (text) => clipboard.writeText(text),
    'config.set': (change) => settings.set(change),
    'config.undo': ({ undo }) => settings.undo(undo),
    'config.show': (which) => showSettingFile(places, which),
    'config.choose': (kind) => chooseForSetting(kind),
    'preferences.read': () => preferences.read(),
    'preferences.set': (change) => preferences.set(change),
    'gateway.restart': () => host.restart(),
    'prompt.fit': ({ height }) => prompt?.fit(height) ?? null,
    'prompt.recall': ({ group }) => prompt?.recall(group) ?? false,
  };
  const answer = createAnswer(windowCommands, handlers, (command, error) => {
    logger.error('command.failed', { command, error: error instanceof Error ? error.stack : String(error) });
  });
  ipcMain.handle(
    commandChannel,
    (event, name: unknown, input: unknown): Reply<unknown> | Promise<Reply<unknown>> => {
      if (!isTrustedFrame(event.senderFrame)) {
        logger.warn('window.foreign_frame_refused');
        return {
          ok: false,
          error: { code: 'foreign_frame', message: 'Only the window of the app may ask.' },
        };
      }
      return answer(String(name), input);
    },
  );
}
