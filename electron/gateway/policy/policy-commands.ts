// Answers what the window asks of policies.
import type { Handlers, PolicyCommands } from '../../shared/contract.ts';
import type { PolicyOverview } from '../../shared/domain.ts';
import type { PolicyInRego } from '../../shared/policy-editing.ts';
import { CommandError } from '../../shared/rpc.ts';
import { countingBeside } from './bundles/beside-bundle.ts';
import type { BundleClient } from './bundles/bundle-client.ts';
import { regoAmong } from './examine.ts';
import { describeJsonError, jsonPolicyToRego } from './json-policies/to-rego.ts';
import { formatRego } from './opa-format.ts';
import { runPolicyTests } from './opa-test.ts';
import { findOpa, type Opa, type OpaPlaces } from './opa.ts';
import type { PolicyVersions } from './policy-history.ts';
import type { PolicyKeeper } from './policy-keeper.ts';
import type { ShippedCopy } from './shipped-copy.ts';

export interface PolicyCommandOptions {
  readonly keeper: PolicyKeeper;
  readonly overview: () => PolicyOverview;
  /** Null where no bundle server is configured. */
  readonly bundle: BundleClient | null;
  readonly history: PolicyVersions;
  /** Null where the folder is the user's own choice. */
  readonly shipped: ShippedCopy | null;
  readonly opa: OpaPlaces;
}

export function createPolicyCommands(options: PolicyCommandOptions): Handlers<PolicyCommands> {
  const { keeper, history, shipped } = options;

  async function opa(): Promise<Opa> {
    const found = await findOpa(options.opa);
    if ('missing' in found) throw new CommandError('no_opa', `${found.missing}. Put \`opa\` on PATH.`);
    return found;
  }

  return {
    'policy.read': () => options.overview(),
    'policy.files': () => keeper.files(),
    'policy.check': ({ files }) => keeper.check(files),
    'policy.save': (wanted) => keeper.save(wanted),
    'policy.format': async ({ text }) => formatRego(await opa(), text),
    'policy.rego': ({ text }) => regoOf(text),
    async 'policy.test'({ files }) {
      const draft = await keeper.draft(files);
      return runPolicyTests(await opa(), regoAmong(countingBeside(draft).files), { coverage: true });
    },
    'policy.history': ({ before, limit }) => history.page(before, limit),
    async 'policy.version'({ id }) {
      const version = history.find(id);
      const files = await history.filesOf(id);
      if (version === null || files === null) return null;
      return { version, files: files.map(({ name, text }) => ({ name, text })) };
    },
    'policy.rollback': ({ id }) => keeper.rollback(id),
    'policy.updates': async () => (await shipped?.updates()) ?? [],
    'policy.bundle.check': async () => (await options.bundle?.check()) ?? null,
    'policy.keep': async ({ name, shippedHash }) => shipped?.keep(name, shippedHash),
  };
}

function regoOf(json: string): PolicyInRego {
  const made = jsonPolicyToRego(json);
  if (made.ok) return { ok: true, rego: made.rego };
  const problems = made.errors.map((error) => {
    const { line, column } = error;
    return { line, column, message: describeJsonError(error) };
  });
  return { ok: false, problems };
}
