// The one contract between window, main and gateway: each command's input and output, each event's snapshot.
import { z } from 'zod';
import { approvalCommands, approvalEvents } from './approvals.ts';
import { auditExport, exportCommands, exportDialogCommands } from './audit-export.ts';
import { searchCommands } from './audit-search.ts';
import { auditProofCommands, auditVerification } from './audit-proof.ts';
import { appPreferencesCommands } from './app-preferences.ts';
import { configCommands, configEvents, settingCommands } from './config-settings.ts';
import {
  clientId,
  clientRegistration,
  clientSummary,
  demoStep,
  gatewayStatus,
  issuedToken,
  policyAlert,
  policyMode,
  policyOverview,
} from './domain.ts';
import { policyBundleStatus } from './policy-bundles.ts';
import {
  policyChanges,
  policyCheck,
  policyDrafts,
  policyFolder,
  policyFormatted,
  policyHistory,
  policyHistoryQuery,
  policyInRego,
  policySave,
  policySaved,
  policyTestRun,
  policyUpdate,
  policyUpdateAnswer,
  policyVersionFiles,
} from './policy-editing.ts';
import {
  composeQuery,
  learnedFiles,
  learningProgress,
  learnPeriod,
  policyInput,
  policyLearned,
  policyReplay,
  policyReplayQuery,
  policyTried,
  policyTryQuery,
  proposedOfCall,
  replayChanges,
  replayChangesQuery,
} from './policy-trial.ts';
import { healthCommands } from './health.ts';
import { promptCommands, promptEvents } from './prompt.ts';
import { serverCommands, serverTest } from './servers.ts';

const nothing = z.void();

/** Policies: what is in force, the files behind it, and what was in force before. */
export const policyCommands = {
  /** What is in force, and what keeps the files on disk from being so. */
  'policy.read': { input: nothing, output: policyOverview },
  /** The files on disk: what an editor opens. */
  'policy.files': { input: nothing, output: policyFolder },
  /** What is wrong with the files on disk with these changes. Nothing is written. */
  'policy.check': { input: z.object({ files: policyChanges }), output: policyCheck },
  /** Checks, writes and puts in force, or does nothing at all. */
  'policy.save': { input: policySave, output: policySaved },
  'policy.format': { input: z.object({ text: z.string().max(2_000_000) }), output: policyFormatted },
  /** What a JSON policy means, as Rego. */
  'policy.rego': { input: z.object({ text: z.string().max(2_000_000) }), output: policyInRego },
  /** Runs the tests of the files on disk with these changes. Nothing is written. */
  'policy.test': { input: z.object({ files: policyChanges }), output: policyTestRun },
  'policy.history': { input: policyHistoryQuery, output: policyHistory },
  /** Null: there is no such version any more. */
  'policy.version': { input: z.object({ id: z.int() }), output: policyVersionFiles.nullable() },
  /** Puts the files of a version back on disk and in force. What they replace stays in the history. */
  'policy.rollback': { input: z.object({ id: z.int() }), output: policySaved },
  /** Shipped files that differ from the edited ones on disk; to take one, save it. */
  'policy.updates': { input: nothing, output: z.array(policyUpdate) },
  /** Keeps the edited file, and does not offer this shipped one again. */
  'policy.keep': { input: policyUpdateAnswer, output: nothing },
  /** Asks the bundle server now, and says how that went. Null: none is configured. */
  'policy.bundle.check': { input: nothing, output: policyBundleStatus.nullable() },
} as const;

/** Policies that are not in force yet, held against calls that were recorded. None of these changes anything. */
export const trialCommands = {
  /** What a policy saw of a recorded call. */
  'policy.input': { input: z.object({ callId: z.int() }), output: policyInput },
  /** What the files on disk with these changes make of one input, and why. */
  'policy.try': { input: policyTryQuery, output: policyTried },
  /** Starts to decide recorded calls anew, by the files on disk with these changes. Events tell how it goes on. */
  'policy.replay': { input: policyReplayQuery, output: policyReplay },
  /** The last replay; null where there was none. */
  'policy.replay.read': { input: nothing, output: policyReplay.nullable() },
  /** False where this one is over already. */
  'policy.replay.cancel': { input: z.object({ id: z.int() }), output: z.boolean() },
  /** Of the last replay; none of one before it. */
  'policy.replay.changes': { input: replayChangesQuery, output: replayChanges },
  /** Rules that allow what was used in a period of the audit log, and no more. */
  'policy.learn': { input: learnPeriod, output: policyLearned },
  /** False where nothing is being learned. What waits for it fails then. */
  'policy.learn.cancel': { input: nothing, output: z.boolean() },
  /** What a rule about calls like this one would name. */
  'policy.propose': { input: z.object({ callId: z.int() }), output: proposedOfCall },
  /** The files for proposals that somebody has edited. */
  'policy.compose': { input: composeQuery, output: learnedFiles },
} as const;

/** Commands that the gateway answers, whoever asks. */
export const gatewayCommands = {
  'status.read': { input: nothing, output: gatewayStatus },
  ...searchCommands,
  ...approvalCommands,
  'mode.set': { input: policyMode, output: nothing },
  'pause.set': { input: z.boolean(), output: nothing },
  ...auditProofCommands,
  ...exportCommands,
  ...configCommands,
  ...policyCommands,
  ...trialCommands,
  ...serverCommands,
  ...healthCommands,
  'demo.run': { input: nothing, output: z.array(demoStep) },
  /** Ends a session: all that waits in it is answered, and its client may open another. False: there is none. */
  'sessions.end': { input: z.string().max(100), output: z.boolean() },
  'clients.list': { input: nothing, output: z.array(clientSummary) },
  'clients.register': { input: clientRegistration, output: issuedToken },
  /** A new token in place of the old one, which is void at once. */
  'clients.rotate': { input: clientId, output: issuedToken },
  'clients.remove': { input: clientId, output: nothing },
  /** Undoes a removal, for as long as the gateway runs. */
  'clients.restore': { input: clientId, output: clientSummary },
} as const;

/** What a window needs to know of the app around it. */
export const appInfo = z.object({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  userData: z.string(),
  /** What stops everything, whichever program is in front, as Electron writes it; null where it is not heard. */
  pauseShortcut: z.string().nullable(),
  /** What clients that speak stdio alone are to start; null where there is nothing that would stay the same. */
  bridge: z
    .object({ command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()) })
    .nullable(),
});
export type AppInfo = z.infer<typeof appInfo>;

/** Commands that main answers itself. */
export const mainCommands = {
  'app.info': { input: nothing, output: appInfo },
  /** Edits of policies that were not saved yet: they outlive the window. */
  'drafts.read': { input: nothing, output: policyDrafts },
  'drafts.write': { input: policyDrafts, output: nothing },
  ...exportDialogCommands,
  'clipboard.write': { input: z.string().max(16_000_000), output: nothing },
  ...settingCommands,
  ...appPreferencesCommands,
  /**
   * Ends the gateway that runs in good order and starts another one, or starts one that has stopped with a problem once
   * more. False where one is starting or ending by itself.
   */
  'gateway.restart': { input: nothing, output: z.boolean() },
  ...promptCommands,
} as const;

/** All that a window may ask. */
export const windowCommands = { ...gatewayCommands, ...mainCommands } as const;

/** Events carry whole snapshots, or say what to read again. */
export const events = {
  'status.changed': gatewayStatus,
  ...approvalEvents,
  ...configEvents,
  /** The newest id in the audit log; read what lies after the last one known. */
  'calls.changed': z.object({ newestId: z.int() }),
  'audit.verify.changed': auditVerification,
  'audit.export.changed': auditExport,
  'demo.changed': z.array(demoStep),
  'clients.changed': z.array(clientSummary),
  /** Few at most: what is beyond that is counted in the status. */
  'alert.raised': policyAlert,
  /** Read the policy again: another one is in force, the files on disk have changed, or what is wrong with them. */
  'policy.changed': z.object({ version: z.int().nullable() }),
  'policy.replay.changed': policyReplay,
  'policy.learn.changed': learningProgress,
  'policy.bundle.changed': policyBundleStatus,
  'servers.test.changed': serverTest,
} as const;

/** Events of main to one of the windows: tray and notifications ask it to show something. */
export const mainEvents = {
  'place.show': z.discriminatedUnion('place', [
    z.object({ place: z.literal('call'), id: z.int() }),
    z.object({ place: z.literal('approvals') }),
  ]),
  ...promptEvents,
} as const;

/** All that a window may hear. */
export const windowEvents = { ...events, ...mainEvents } as const;

export type CommandMap = Record<string, { input: z.ZodType; output: z.ZodType }>;
export type EventMap = Record<string, z.ZodType>;
export type CommandName<M extends CommandMap> = keyof M & string;
export type Input<M extends CommandMap, N extends keyof M> = z.input<M[N]['input']>;
export type Output<M extends CommandMap, N extends keyof M> = z.output<M[N]['output']>;

export type PolicyCommands = typeof policyCommands;
export type TrialCommands = typeof trialCommands;
export type GatewayCommands = typeof gatewayCommands;
export type WindowCommands = typeof windowCommands;
export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<N extends EventName> = z.output<Events[N]>;
export type WindowEvents = typeof windowEvents;
export type WindowEventName = keyof WindowEvents;
export type WindowEventPayload<N extends WindowEventName> = z.output<WindowEvents[N]>;

/** One function for each command of a map: a missing or a surplus name does not compile. */
export type Handlers<M extends CommandMap> = {
  [N in keyof M]: (input: z.output<M[N]['input']>) => Output<M, N> | Promise<Output<M, N>>;
};

/** What travels back for a command: a value, or an error that a person can read. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: { code: string; message: string } };

/** `window.mcpProxy`: all that a window is given of the world outside it. */
export interface WindowApi {
  /** Never rejects for an expected reason: those are replies with `ok: false`. */
  invoke<N extends CommandName<WindowCommands>>(
    name: N,
    input: Input<WindowCommands, N>,
  ): Promise<Reply<Output<WindowCommands, N>>>;
  /** Calls the listener at each event of this name, until the returned function is called. */
  on<N extends WindowEventName>(name: N, listener: (payload: WindowEventPayload<N>) => void): () => void;
}
