// A process that writes audit records until it is killed, and says of each when it is committed.
import { writeSync } from 'node:fs';
import { openCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { allowed, answered, recordingLogger, sampleCall } from './samples.ts';

const path = process.argv[2] ?? '';
const log = openCallLog({
  path,
  synchronous: 'normal',
  captureArguments: true,
  surroundings: { environment: 'test', proxyRegion: '' },
  redactor: sampleRedactor(),
  logger: recordingLogger(),
});
for (let n = 1; ; n += 1) {
  const id = await log.record(sampleCall({ argumentsText: `{"n":${n}}` }), allowed, null);
  // Synchronous, so that a printed id was printed after its commit and before the next one.
  writeSync(1, `${id} ${n}\n`);
  if (n % 2 === 0) await log.complete(id, answered);
}
