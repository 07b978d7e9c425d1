// HTTP headers in the configuration file. They hold tokens, so that no error quotes a value, nor a name that is none.
import { z } from 'zod';
import { valueForms } from './config-forms.ts';

/** RFC 9110, section 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/u;
/** RFC 9110, section 5.5: one line, and no character that takes more than a byte. */
const oneLine = /^[\t\u0020-\u007e\u0080-\u00ff]*$/u;

/** What the transport says in them is the proxy's business. */
const ours: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const expected = 'a section of HTTP headers';

/** Names and values, as they are sent; none where it is left out. */
export function httpHeaders() {
  return z
    .record(z.string(), z.unknown(), { error: expected })
    .transform((section, context): Record<string, string> => {
      const headers: Record<string, string> = {};
      const seen = new Set<string>();
      for (const [name, value] of Object.entries(section)) {
        const wrong = wrongName(name, seen);
        if (wrong !== null) {
          context.issues.push({
            code: 'custom',
            message: expected,
            input: section,
            params: { found: wrong },
          });
        } else if (typeof value !== 'string' || !oneLine.test(value)) {
          const message = 'a text of one line (put quotes around numbers)';
          context.issues.push({ code: 'custom', message, path: [name], input: value });
        } else {
          headers[name] = value;
        }
        seen.add(name.toLowerCase());
      }
      return headers;
    })
    .prefault(() => ({}))
    .meta({ expected })
    .register(valueForms, { kind: 'names' });
}

function wrongName(name: string, seen: ReadonlySet<string>): string | null {
  const lower = name.toLowerCase();
  if (!token.test(name) || lower === '__proto__') return 'a name that no header can have';
  if (ours.has(lower)) return `${lower}, which the proxy sets itself`;
  return seen.has(lower) ? `${lower} twice` : null;
}
