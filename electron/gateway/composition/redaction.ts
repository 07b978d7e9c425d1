// What takes secrets out of the audit log and the log lines, with the key of this installation.
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { Logger, Redactor } from '../ports.ts';
import { createMark, openMarkKey } from '../redaction/marks.ts';
import { createRedactor } from '../redaction/redactor.ts';
import { compileRules } from '../redaction/rules.ts';

/** @throws ConfigError where `audit.redact` has a pattern that is none. */
export function composeRedaction({ audit }: Config, userData: string, logger: Logger): Redactor {
  const rules = compileRules(audit.redact);
  return createRedactor(rules, createMark(openMarkKey(join(userData, 'redaction-key'), logger)));
}
