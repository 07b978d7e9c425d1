// What a person likes of the app itself, on this machine: none of it changes what becomes of a call.
import { z } from 'zod';

export const appPreferences = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** The combination of keys that stops everything is listened for. */
  pauseShortcut: z.boolean().default(true),
  /** Calls that wait are said on the desktop; problems that keep calls from being recorded are in any case. */
  notifyOfCalls: z.boolean().default(true),
  /** What policies want people to know is said on the desktop. */
  notifyOfAlerts: z.boolean().default(true),
});
export type AppPreferences = z.infer<typeof appPreferences>;

/** The system keeps whether the app starts with it; null where it can't be arranged here, `why` says why. */
export const startAtLogin = z.object({ enabled: z.boolean().nullable(), why: z.string().nullable() });
export type StartAtLogin = z.infer<typeof startAtLogin>;

export const preferencesState = z.object({
  ...appPreferences.shape,
  startAtLogin,
  /** As Electron writes it. */
  pauseKeys: z.string(),
  /** False: another program has it, or this desktop lets no program have one. */
  pauseKeysHeard: z.boolean(),
});
export type PreferencesState = z.infer<typeof preferencesState>;

const preferenceChange = z
  .object({
    theme: appPreferences.shape.theme.unwrap(),
    pauseShortcut: z.boolean(),
    notifyOfCalls: z.boolean(),
    notifyOfAlerts: z.boolean(),
    startAtLogin: z.boolean(),
  })
  .partial();
export type PreferenceChange = z.infer<typeof preferenceChange>;

export const appPreferencesCommands = {
  'preferences.read': { input: z.void(), output: preferencesState },
  /** What is left out stays as it is. */
  'preferences.set': { input: preferenceChange, output: preferencesState },
} as const;
