// The answers for always among the policy files: written, listed, taken away and brought back as any edit of a policy.
import { z } from 'zod';
import type { RuleDraft, StandingAnswer } from '../../../shared/approvals.ts';
import type { PolicyDiagnostic, PolicySave, PolicySaved } from '../../../shared/policy-editing.ts';
import { CommandError } from '../../../shared/rpc.ts';
import type { Call, Decision } from '../../call.ts';
import type { FolderFile } from '../policy-folder.ts';
import type { PolicyKeeper } from '../policy-keeper.ts';
import { isTest } from '../sources.ts';
import { answerFolder, answerRego, type AnswerWish } from './answer-rego.ts';

export interface AnswerFiles {
  draft(asked: { readonly call: Call; readonly decision: Decision }, wish: AnswerWish): RuleDraft;
  /** Checks, writes and puts in force, or does nothing. Rejects with a CommandError where the folder can't be read. */
  save(
    draft: Extract<RuleDraft, { possible: true }>,
    note: string,
  ): Promise<
    | { readonly ok: true }
    | { readonly ok: false; readonly message: string; readonly diagnostics: PolicyDiagnostic[] }
  >;
  /** Those that are in force, newest first. */
  list(): StandingAnswer[];
  /** False where there is none. Rejects with a CommandError where the policy would not pass without it. */
  revoke(id: string): Promise<boolean>;
  /** Undoes that. */
  restore(id: string): Promise<boolean>;
}

const about = z.object({
  id: z.string(),
  title: z.string(),
  allow: z.boolean(),
  askedBy: z.string(),
  note: z.string(),
  at: z.number(),
});

/**
 * @param owner who alone may have answers for always, in words: a bundle that owns their place; null where there is none
 */
export function createAnswerFiles(
  keeper: Pick<PolicyKeeper, 'overview' | 'files' | 'save'>,
  owner: () => string | null,
  now: () => number = Date.now,
): AnswerFiles {
  /** By id, for as long as this runs. */
  const revoked = new Map<string, readonly FolderFile[]>();

  const save = async (texts: readonly { name: string; text: string | null }[], note: string) => {
    const { files } = await keeper.files();
    const drafts: PolicySave['files'] = texts.map(({ name, text }) => ({
      name,
      text,
      base: files.find((file) => file.name === name)?.hash ?? null,
    }));
    return keeper.save({ files: drafts, note: note.slice(0, 500) });
  };

  async function change(
    texts: readonly { name: string; text: string | null }[],
    note: string,
  ): Promise<true> {
    const saved = await save(texts, note);
    if (saved.outcome !== 'saved') throw new CommandError('policy_refused', whyNot(saved));
    return true;
  }

  return {
    draft(asked, wish) {
      const taken = owner();
      if (taken === null) return answerRego(asked, wish, now());
      const why = `The policies come from ${taken}, which takes no answers for always from here. Answer for less long, or have its roots leave out data.mcp.answers.`;
      return { possible: false, why };
    },

    async save({ title, files }, note) {
      const saved = await save(files, note === '' ? title : `${title}: ${note}`);
      if (saved.outcome === 'saved') return { ok: true };
      const diagnostics = saved.outcome === 'refused' ? saved.check.diagnostics : [];
      return { ok: false, message: whyNot(saved), diagnostics };
    },

    list: () =>
      keeper
        .overview()
        .files.filter(({ name }) => name.startsWith(`${answerFolder}/`) && !isTest(name))
        .map(standingIn)
        .sort((a, b) => (b.since ?? 0) - (a.since ?? 0)),

    async revoke(id) {
      const { files } = await keeper.files();
      const own = files.filter(({ name }) => name === fileOf(id) || name === testOf(id));
      if (own.length === 0) return false;
      await change(
        own.map(({ name }) => ({ name, text: null })),
        `Revoked: ${id}`,
      );
      revoked.set(id, own);
      return true;
    },

    async restore(id) {
      const own = revoked.get(id);
      if (own === undefined) return false;
      await change(own, `Brought back: ${id}`);
      revoked.delete(id);
      return true;
    },
  };
}

function fileOf(id: string): string {
  return `${answerFolder}/${id}.rego`;
}

function testOf(id: string): string {
  return `${answerFolder}/${id}_test.rego`;
}

/** A file that somebody has rewritten is told by its name. */
function standingIn({ name, text }: { readonly name: string; readonly text: string }): StandingAnswer {
  const id = name.slice(answerFolder.length + 1, -'.rego'.length);
  const written = /^# custom: (\{.*\})$/mu.exec(text)?.[1];
  const read = written === undefined ? undefined : aboutIn(written);
  return {
    id,
    file: name,
    title: read?.title ?? id,
    allow: read?.allow ?? !id.startsWith('always_deny'),
    rule: read === undefined || read.askedBy === '' ? null : read.askedBy,
    note: read?.note ?? '',
    since: read?.at ?? null,
  };
}

function aboutIn(json: string): z.infer<typeof about> | undefined {
  try {
    return about.safeParse(JSON.parse(json)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function whyNot(saved: Exclude<PolicySaved, { outcome: 'saved' }>): string {
  if (saved.outcome === 'conflict') return 'The policy files were changed in the same moment: try again';
  const first = saved.check.diagnostics.find(({ severity }) => severity === 'error');
  return `The policy does not pass its check with this rule${first === undefined ? '' : `: ${first.message}`}`;
}
