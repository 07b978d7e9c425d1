// The JSON schema of the configuration file, for editors that complete and check while somebody writes.
import { z } from 'zod';
import { configSchema } from '../../shared/config.ts';

/** JSON Schema 2020-12 of what may be written, with the defaults as they would be written. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      const { expected, ...said } = jsonSchema;
      if (typeof expected !== 'string') return;
      delete jsonSchema.expected;
      jsonSchema.description = [said.description, `Expected: ${expected}.`].filter(Boolean).join(' ');
    },
  });
  return { title: 'MCP Proxy Desktop: configuration file', ...schema };
}
