// A redactor for tests, with a key that is always the same.
import { createMark } from '../../../../electron/gateway/redaction/marks.ts';
import { createRedactor } from '../../../../electron/gateway/redaction/redactor.ts';
import { compileRules } from '../../../../electron/gateway/redaction/rules.ts';
import { configSchema } from '../../../../electron/shared/config.ts';

/** @param settings the section `audit.redact` of a configuration file */
export function sampleRedactor(settings: object = {}) {
  const { audit } = configSchema.parse({ audit: { redact: settings } });
  return createRedactor(compileRules(audit.redact), createMark(Buffer.alloc(32, 1)));
}
