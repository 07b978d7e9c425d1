// What a server says of itself, read out of its answer to `initialize` or `server/discover`, and bounded: it is shown.
import { z } from 'zod';
import type { ServerIntroduction } from '../../shared/servers.ts';
import type { Era } from '../ports.ts';

const LONGEST_NAME = 200;
const LONGEST_INSTRUCTIONS = 20_000;

const name = z
  .string()
  .transform((text) => text.slice(0, LONGEST_NAME))
  .nullable()
  .catch(null)
  .default(null);

const introduction = z.object({
  protocolVersion: name,
  supportedVersions: z.array(z.string().max(LONGEST_NAME)).max(20).catch([]).default([]),
  serverInfo: z
    .object({ name, title: name, version: name })
    .catch({ name: null, title: null, version: null })
    .default({ name: null, title: null, version: null }),
  instructions: z
    .string()
    .transform((text) => text.slice(0, LONGEST_INSTRUCTIONS))
    .nullable()
    .catch(null)
    .default(null),
  capabilities: z.record(z.string(), z.unknown()).catch({}).default({}),
});

/** Null where the answer is no introduction. `at`: Unix milliseconds. */
export function introductionOf(result: unknown, era: Era, at: number): ServerIntroduction | null {
  const { data } = introduction.safeParse(result);
  if (data === undefined) return null;
  const { protocolVersion, supportedVersions, serverInfo, instructions, capabilities } = data;
  return {
    protocolVersions: protocolVersion === null ? supportedVersions : [protocolVersion],
    era,
    name: serverInfo.name ?? '',
    title: serverInfo.title,
    version: serverInfo.version ?? '',
    instructions: instructions === '' ? null : instructions,
    capabilities: Object.keys(capabilities).slice(0, 50),
    at,
  };
}
