// A server that a person can stop.
import { expect, it } from 'vitest';
import { withSwitch } from '../../../../electron/gateway/upstream/switched-upstream.ts';
import { closable, fakeUpstream } from '../fakes.ts';
import { notification, recordingSession, request } from './peers.ts';

it('sends nothing while it is stopped, and says why; neither tries it again, nor is the server to blame', async () => {
  const upstream = fakeUpstream();
  let stopped: string | null = null;
  const connection = withSwitch(closable(upstream), () => stopped).connect(recordingSession(), 'legacy');
  await connection.send(request(1, 'ping'));
  stopped = 'files was stopped';
  for (const message of [
    request(2, 'tools/call'),
    notification('notifications/cancelled', { requestId: 1 }),
  ]) {
    await expect(connection.send(message)).rejects.toMatchObject({
      message: 'files was stopped',
      fate: 'held_back',
    });
  }
  stopped = null;
  await connection.send(request(3, 'ping'));
  expect(upstream.connections[0]?.sent).toHaveLength(2);
});
