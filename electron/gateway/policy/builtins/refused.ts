// Builtin functions that no policy of this proxy may call, and why: told when the policy is loaded.

const network = 'a decision must not wait for a network';
const repeatable = 'the same call must be decided in the same way each time';
const secrets = 'policies hold no private keys';
const notSupplied = 'the proxy does not supply it';

const reasons: readonly (readonly [prefix: string, why: string])[] = [
  ['http.send', network],
  ['net.lookup_ip_addr', network],
  [
    'opa.runtime',
    'it would show the policy, and so the audit log, the environment variables of this program',
  ],
  ['rand.', repeatable],
  ['regex.globs_match', 'OPA itself overlooks texts that both globs match; compare with glob.match'],
  ['io.jwt.encode_sign', secrets],
  ['providers.aws.sign_req', secrets],
  ['crypto.x509.parse_keypair', secrets],
  ['crypto.x509.parse_rsa_private_key', secrets],
  ['crypto.parse_private_keys', secrets],
  ['json.match_schema', `${notSupplied}; compare the members that matter one by one`],
  ['json.verify_schema', `${notSupplied}; compare the members that matter one by one`],
  ['graphql.', `${notSupplied}; a server knows its own queries best`],
  ['strings.render_template', `${notSupplied}; sprintf and concat are there`],
  ['yaml.', `${notSupplied}; json.unmarshal is there`],
];

/** @param builtin name of one that is not supplied */
export function refusal(builtin: string): string {
  const why = reasons.find(([prefix]) => builtin.startsWith(prefix))?.[1] ?? notSupplied;
  return `the builtin function ${builtin} can't be used in policies of this proxy: ${why}`;
}
