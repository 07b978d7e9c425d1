// A program that logs what it is told to: a level, a format, and as JSON the lines. Run by the tests of the logger.
import {
  createLogger,
  type LoggerOptions,
  standardStream,
} from '../../../../electron/gateway/observability/logger.ts';

type Line = readonly [level: LoggerOptions['level'], event: string, fields?: Record<string, unknown>];

const [, , level, format, lines] = process.argv;
const logger = createLogger({ level, format, output: standardStream('stderr') } as LoggerOptions);
for (const [at, event, fields] of JSON.parse(lines ?? '[]') as Line[]) logger[at](event, fields);
