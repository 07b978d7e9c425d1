// What the configuration file can ask for and this version does not have yet. Whoever builds it takes it out here.

/** Settings that are accepted, so that files for other versions load, and that change nothing in this one. */
export const notYetEffective: readonly string[] = [
  'upstream.connection_pool.max_idle',
  'upstream.connection_pool.max_open',
  'agentfacts.allowed_dids',
  'agentfacts.verify_log_proof',
  'audit.buffer_size',
  'audit.flush_interval',
  'audit.otlp.endpoint',
];

/** Settings that are accepted, and have no effect because it is better so; `why` goes on after a colon. */
export const withoutEffectByDesign: readonly { readonly key: string; readonly why: string }[] = [
  {
    key: 'policy.cache.enabled',
    why: 'decisions are not cached, because finding one would save no time that counts',
  },
];

/**
 * Settings that ask for a protection which this version does not have. To ignore them would leave the user less safe
 * than the file says, so anything but the accepted values is an error.
 */
export const notYetProtective: readonly {
  readonly key: string;
  readonly accepted: readonly unknown[];
  readonly expected: string;
}[] = [
  {
    key: 'server.transport',
    accepted: ['sse', 'http', 'streamable-http'],
    expected: 'sse or http (this version has no stdio side for clients)',
  },
  {
    key: 'agentfacts.mode',
    accepted: ['disabled', 'optional'],
    expected: 'disabled or optional (this version does not verify AgentFacts)',
  },
];
