// Where OpenTelemetry goes to, in the configuration file: a collector that is reached over OTLP/HTTP, with what it wants to
// be told and shown. The same keys wherever something is sent to one.
import { z } from 'zod';
import { valueForms } from './config-forms.ts';
import { httpHeaders } from './config-headers.ts';
import { duration, named, oneOf, optionalPath, optionalText } from './config-values.ts';

/**
 * A URL without anything that may be a credential, so that logs and people can be shown it. No error quotes what was found:
 * that may hold one.
 */
function endpoint() {
  const expected = 'a URL that begins with http:// or https://';
  return z
    .string({ error: expected })
    .transform((text, context): string | null => {
      if (text === '') return null;
      const url = URL.parse(text);
      const [message, found] =
        url === null || !/^https?:$/u.test(url.protocol)
          ? [expected, 'something else']
          : url.username + url.password + url.search + url.hash !== ''
            ? ['a URL without user name, password and query (token and headers hold credentials)', 'some']
            : [null, null];
      if (message === null) return text;
      context.issues.push({ code: 'custom', message, input: text, params: { found } });
      return z.NEVER;
    })
    .nullable()
    .default(null)
    .meta({ expected })
    .register(valueForms, { kind: 'text', optional: true });
}

/** The keys of such a target; for a section of its own, with what else belongs there. See `checkOtlpTarget`. */
export const otlpTarget = {
  endpoint: endpoint().describe(
    'The collector, such as https://collector.example:4318. /v1/… is added where it does not end so.',
  ),
  token: optionalText().describe('The token that is presented to the collector.'),
  token_file: optionalPath().describe('A file that holds the token. It is read anew each time.'),
  headers: httpHeaders().describe(
    'HTTP headers that are sent with every request. They are never logged or shown.',
  ),
  ca_file: optionalPath().describe(
    'Certificates to trust for the collector in place of those that the system trusts, as PEM.',
  ),
  cert_file: optionalPath().describe(
    'The certificate that is shown to a collector that asks for one, as PEM. It needs key_file.',
  ),
  key_file: optionalPath().describe('The private key of that certificate, as PEM.'),
  timeout: duration('10s').describe('How long one request to the collector may take.'),
  compression: oneOf(['gzip', 'none'], 'gzip').describe('Whether requests are compressed.'),
  resource: named(z.string({ error: 'a text (put quotes around numbers)' }), /^[\w.-]{1,255}$/u)
    .meta({ expected: 'a section of texts by name' })
    .describe(
      'Attributes of the resource, over service.name, service.version and host.name. An empty text takes one out.',
    ),
} as const;

export type OtlpTargetConfig = z.output<z.ZodObject<typeof otlpTarget>>;

/** What does not go together; for the `check` of the section that has the keys. */
export function checkOtlpTarget<T extends OtlpTargetConfig>({ value, issues }: z.core.ParsePayload<T>): void {
  const { token, token_file: tokenFile, headers, cert_file: cert, key_file: key } = value;
  const wrong = (name: string, message: string, found: string) =>
    issues.push({ code: 'custom', message, path: [name], input: value, params: { found } });
  if (token !== null && tokenFile !== null) wrong('token', 'either token or token_file', 'both');
  const authorizes = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (authorizes && (token !== null || tokenFile !== null))
    wrong('headers', 'no Authorization beside token or token_file', 'both');
  if ((cert === null) !== (key === null))
    wrong(cert === null ? 'cert_file' : 'key_file', 'a file beside the other one', 'nothing');
}
