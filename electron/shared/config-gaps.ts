// What the configuration file can ask for and this version does not do. Whoever builds it takes it out here.

/** Settings that are accepted, so that files for other versions load, and that change nothing here. */
export const withoutEffect: readonly {
  readonly keys: readonly string[];
  /** Goes on after a colon. */
  readonly why: string;
}[] = [
  {
    keys: [
      'agentfacts.max_age',
      'agentfacts.clock_skew',
      'agentfacts.allowed_dids',
      'agentfacts.verify_log_proof',
      'agentfacts.cache.enabled',
      'agentfacts.cache.ttl',
      'agentfacts.cache.max_entries',
    ],
    why: 'AgentFacts are not verified in this version; every agent counts as one that shows none',
  },
  {
    keys: ['policy.cache.enabled', 'policy.cache.ttl', 'policy.cache.max_entries'],
    why: 'decisions are not cached, because finding one would save no time that counts',
  },
  {
    keys: ['audit.buffer_size', 'audit.flush_interval'],
    why: 'each record is written before its call goes on, so that none is ever gathered',
  },
];

/**
 * Settings that ask for something which this version does not have. To ignore them would leave the user less safe than
 * the file says, or without the proxy that was asked for, so anything but the accepted values is an error.
 */
export const notYetProtective: readonly {
  readonly key: string;
  readonly accepted: readonly unknown[];
  readonly expected: string;
}[] = [
  {
    key: 'server.transport',
    accepted: ['sse', 'http', 'streamable-http'],
    expected:
      'sse or http (clients that speak stdio start the bridge as their server: mcp-proxy-desktop --stdio)',
  },
  {
    key: 'agentfacts.mode',
    accepted: ['disabled', 'optional'],
    expected: 'disabled or optional (this version does not verify AgentFacts)',
  },
];
