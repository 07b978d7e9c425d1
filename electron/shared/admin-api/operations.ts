// All that the admin API does, as one table: its server, its description in OpenAPI and the command line come from here.
import { z } from 'zod';
import {
  answerDuration,
  answerScope,
  approvalAnswered,
  approvalId,
  grants,
  pendingApproval,
  quietState,
  quietWish,
} from '../approvals.ts';
import { auditProof, auditVerification } from '../audit-proof.ts';
import {
  callCount,
  callFilter,
  callHits,
  callSearch,
  callStory,
  eventSearch,
  loggedEvents,
} from '../audit-search.ts';
import { configOverview } from '../config-settings.ts';
import {
  clientId,
  clientRegistration,
  clientSummary,
  gatewayStatus,
  issuedToken,
  policyMode,
  policyOverview,
  sessionSummary,
} from '../domain.ts';
import { policyBundleStatus } from '../policy-bundles.ts';
import {
  policyChanges,
  policyCheck,
  policyFolder,
  policyHistory,
  policySave,
  policySaved,
  policyTestRun,
  policyVersionFiles,
} from '../policy-editing.ts';
import { operation } from './operation.ts';
import { serverOperations } from './server-operations.ts';

const nothing = z.strictObject({});
const done = z.literal(true);
const doneOrAbsent = (isDone: boolean): true | null => (isDone ? true : null);
/** Digits in a path or a query. */
const number = z.coerce.number().int();
const numbered = z.strictObject({ id: number });
const ofClient = z.strictObject({ id: clientId });
const paused = z.strictObject({ paused: z.boolean() });
const mode = z.strictObject({ mode: policyMode });
/** A misspelt member would mean all calls. */
const filter = callFilter.strict().prefault({});
const changes = z.strictObject({ files: policyChanges.default([]) });
const POLICY_BYTES = 8 * 1024 * 1024;
const noVersion = 'There is no such version in the history (any more)';
const noSaved = ({ outcome }: z.output<typeof policySaved>) => outcome !== 'saved';

export const operations = {
  'status.read': operation({
    method: 'GET',
    path: '/api/status',
    summary: 'How the proxy is: mode, servers, sessions, totals and problems.',
    input: nothing,
    output: gatewayStatus,
    run: (commands) => commands['status.read'](),
  }),
  'pause.set': operation({
    method: 'POST',
    path: '/api/pause',
    summary: 'Stops everything, or lets it go on.',
    input: paused,
    output: paused,
    async run(commands, wish) {
      await commands['pause.set'](wish.paused);
      return wish;
    },
  }),
  'mode.set': operation({
    method: 'POST',
    path: '/api/mode',
    summary: 'Blocks what the policy denies (enforce), or only records it (audit).',
    input: mode,
    output: mode,
    async run(commands, wish) {
      await commands['mode.set'](wish.mode);
      return wish;
    },
  }),
  'config.read': operation({
    method: 'GET',
    path: '/api/config',
    summary: 'Every setting, its value, and where that comes from. What may be a secret is left out.',
    input: nothing,
    output: configOverview,
    run: (commands) => commands['config.read'](),
  }),

  ...serverOperations,
  'sessions.list': operation({
    method: 'GET',
    path: '/api/sessions',
    summary: 'The sessions that are open.',
    input: nothing,
    output: z.array(sessionSummary),
    run: async (commands) => (await commands['status.read']()).sessions,
  }),
  'sessions.end': operation({
    method: 'DELETE',
    path: '/api/sessions/{id}',
    summary: 'Ends a session: all that waits in it is answered, and its client may open another.',
    input: z.strictObject({ id: z.string().max(100) }),
    output: done,
    run: async (commands, { id }) => doneOrAbsent(await commands['sessions.end'](id)),
    absent: 'There is no such session (any more)',
  }),
  'clients.list': operation({
    method: 'GET',
    path: '/api/clients',
    summary: 'The clients that have a token.',
    input: nothing,
    output: z.array(clientSummary),
    run: (commands) => commands['clients.list'](),
  }),
  'clients.register': operation({
    method: 'POST',
    path: '/api/clients',
    summary: 'Registers a client. This answer alone has its token.',
    input: clientRegistration.strict(),
    output: issuedToken,
    run: (commands, wanted) => commands['clients.register'](wanted),
  }),
  'clients.rotate': operation({
    method: 'POST',
    path: '/api/clients/{id}/token',
    summary: 'Issues a new token in place of the old one, which is void at once.',
    input: ofClient,
    output: issuedToken,
    run: (commands, { id }) => commands['clients.rotate'](id),
  }),
  'clients.remove': operation({
    method: 'DELETE',
    path: '/api/clients/{id}',
    summary: 'Removes a client: its token is void, and its sessions end.',
    input: ofClient,
    output: done,
    async run(commands, { id }) {
      await commands['clients.remove'](id);
      return true as const;
    },
  }),
  'clients.restore': operation({
    method: 'POST',
    path: '/api/clients/{id}/restore',
    summary: 'Undoes a removal, for as long as the proxy runs.',
    input: ofClient,
    output: clientSummary,
    run: (commands, { id }) => commands['clients.restore'](id),
  }),

  'approvals.list': operation({
    method: 'GET',
    path: '/api/approvals',
    summary: 'The calls that wait for an answer.',
    input: nothing,
    output: z.array(pendingApproval),
    run: (commands) => commands['approvals.list'](),
  }),
  'approvals.answer': operation({
    method: 'POST',
    path: '/api/approvals/{id}',
    summary: 'Answers a call that waits: once, unless more is said.',
    input: z.strictObject({
      id: approvalId,
      allow: z.boolean(),
      duration: answerDuration.default('once'),
      scope: answerScope.default('arguments'),
      note: z.string().trim().max(500).default(''),
    }),
    output: approvalAnswered,
    run: (commands, { id, ...answer }) => commands['approvals.answer']({ ...answer, via: 'api', ids: [id] }),
    isRefusal: ({ outcome }) => outcome === 'refused',
  }),
  'grants.list': operation({
    method: 'GET',
    path: '/api/grants',
    summary: 'Answers that were given for longer than once.',
    input: nothing,
    output: grants,
    run: (commands) => commands['grants.list'](),
  }),
  'grants.revoke': operation({
    method: 'DELETE',
    path: '/api/grants/{id}',
    summary: 'Takes such an answer back.',
    input: z.strictObject({ id: z.string().min(1).max(200) }),
    output: done,
    run: async (commands, { id }) => doneOrAbsent(await commands['grants.revoke']({ id })),
    absent: 'There is no such answer (any more)',
  }),
  'quiet.read': operation({
    method: 'GET',
    path: '/api/quiet',
    summary: 'Whether nobody is asked for a while, and what was not asked.',
    input: nothing,
    output: quietState,
    run: (commands) => commands['approvals.quiet.read'](),
  }),
  'quiet.set': operation({
    method: 'PUT',
    path: '/api/quiet',
    summary: 'Asks nobody until a time (Unix milliseconds), or asks again (null).',
    input: quietWish.strict(),
    output: quietState,
    run: (commands, wish) => commands['approvals.quiet'](wish),
  }),

  'policy.read': operation({
    method: 'GET',
    path: '/api/policy',
    summary: 'What is in force, and what keeps the files on disk from being so.',
    input: nothing,
    output: policyOverview,
    run: (commands) => commands['policy.read'](),
  }),
  'policy.files': operation({
    method: 'GET',
    path: '/api/policy/files',
    summary: 'The files on disk.',
    input: nothing,
    output: policyFolder,
    run: (commands) => commands['policy.files'](),
  }),
  'policy.check': operation({
    method: 'POST',
    path: '/api/policy/check',
    summary: 'What is wrong with the files on disk with these changes. Nothing is written.',
    input: changes,
    output: policyCheck,
    run: (commands, { files }) => commands['policy.check']({ files }),
    maxBodyBytes: POLICY_BYTES,
  }),
  'policy.test': operation({
    method: 'POST',
    path: '/api/policy/test',
    summary: 'Runs the tests of the files on disk with these changes. Nothing is written.',
    input: changes,
    output: policyTestRun,
    run: (commands, { files }) => commands['policy.test']({ files }),
    maxBodyBytes: POLICY_BYTES,
  }),
  'policy.save': operation({
    method: 'POST',
    path: '/api/policy/save',
    summary: 'Checks these changes, writes them and puts them in force, or does nothing at all.',
    input: policySave.strict(),
    output: policySaved,
    run: (commands, wish) => commands['policy.save'](wish),
    isRefusal: noSaved,
    maxBodyBytes: POLICY_BYTES,
  }),
  'policy.history': operation({
    method: 'GET',
    path: '/api/policy/history',
    summary: 'Versions that were in force, newest first; before: only those with a lower id.',
    input: z.strictObject({
      before: number.optional(),
      limit: number.min(1).max(200).default(50),
    }),
    output: policyHistory,
    run: (commands, { limit, before }) =>
      commands['policy.history']({ limit, ...(before !== undefined && { before }) }),
  }),
  'policy.version': operation({
    method: 'GET',
    path: '/api/policy/history/{id}',
    summary: 'A version with its files.',
    input: numbered,
    output: policyVersionFiles,
    run: (commands, { id }) => commands['policy.version']({ id }),
    absent: noVersion,
  }),
  'policy.rollback': operation({
    method: 'POST',
    path: '/api/policy/history/{id}/rollback',
    summary: 'Puts the files of a version back on disk and in force. What they replace stays in the history.',
    input: numbered,
    output: policySaved,
    run: (commands, { id }) => commands['policy.rollback']({ id }),
    isRefusal: noSaved,
  }),
  'policy.bundle.check': operation({
    method: 'POST',
    path: '/api/policy/bundle/check',
    summary: 'Asks the bundle server now, and says how that went.',
    input: nothing,
    output: policyBundleStatus,
    run: (commands) => commands['policy.bundle.check'](),
    absent: 'Policies come from no bundle here',
  }),

  'audit.search': operation({
    method: 'POST',
    path: '/api/audit/search',
    summary: 'A page of recorded calls; cursor: the page after another one.',
    input: callSearch.omit({ lane: true }).extend({ filter }).strict(),
    output: callHits,
    run: (commands, query) => commands['calls.search'](query),
  }),
  'audit.count': operation({
    method: 'POST',
    path: '/api/audit/count',
    summary: 'How many calls there are, and what became of them.',
    input: z.strictObject({ filter }),
    output: callCount,
    run: (commands, query) => commands['calls.count'](query),
  }),
  'audit.events': operation({
    method: 'POST',
    path: '/api/audit/events',
    summary: 'What else was recorded: starts, settings, policies, clients, sessions. Newest first.',
    input: eventSearch.strict(),
    output: loggedEvents,
    run: (commands, query) => commands['events.search'](query),
  }),
  'audit.story': operation({
    method: 'GET',
    path: '/api/audit/calls/{id}',
    summary: 'All that is known about one call.',
    input: numbered,
    output: callStory,
    run: (commands, { id }) => commands['calls.story']({ id }),
    absent: 'There is no record of such a call (any more)',
  }),
  'audit.proof': operation({
    method: 'GET',
    path: '/api/audit/proof',
    summary: 'Who signs the log, and up to where it is signed.',
    input: nothing,
    output: auditProof,
    run: (commands) => commands['audit.proof'](),
  }),
  'audit.key.replace': operation({
    method: 'POST',
    path: '/api/audit/key',
    summary:
      'Signs with a new key from here on, which the old one signs. Of a key in the keychain this is for the window alone: 409.',
    input: nothing,
    output: auditProof,
    run: (commands) => commands['audit.key.replace'](),
  }),
  'audit.verify': operation({
    method: 'POST',
    path: '/api/audit/verify',
    summary: 'Starts to verify the whole log, unless that runs already; ask with GET how far it is.',
    input: nothing,
    output: auditVerification,
    run: (commands) => commands['audit.verify'](),
  }),
  'audit.verify.read': operation({
    method: 'GET',
    path: '/api/audit/verify',
    summary: 'The last verification, or how far it is.',
    input: nothing,
    output: auditVerification,
    run: (commands) => commands['audit.verify.read'](),
    absent: 'The log was not verified since the proxy was started',
  }),
  'audit.verify.cancel': operation({
    method: 'DELETE',
    path: '/api/audit/verify/{id}',
    summary: 'Ends a verification.',
    input: numbered,
    output: done,
    run: async (commands, { id }) => doneOrAbsent(await commands['audit.verify.cancel']({ id })),
    absent: 'This verification is over',
  }),
} as const;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
