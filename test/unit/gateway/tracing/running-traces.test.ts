// Log lines about calls that run, with the trace that each of them is of.
import { expect, it, vi } from 'vitest';
import { createRunningTraces } from '../../../../electron/gateway/tracing/running-traces.ts';

it('adds the trace to lines about a call as long as it runs, by each of its ids', () => {
  const written = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const running = createRunningTraces();
  const logger = running.logger(written);
  const [one, other] = [{ traceId: 'aaaa' }, { traceId: 'aaaa' }];
  running.begun('req_1', one);
  running.begun('req_1', one);
  running.begun('req_1b', one);
  running.begun('req_2', other);

  logger.info('said', { requestId: 'req_1', more: 1 });
  expect(written.info).toHaveBeenLastCalledWith('said', { requestId: 'req_1', more: 1, traceId: 'aaaa' });
  logger.warn('said', { requestId: 'req_1b' });
  expect(written.warn).toHaveBeenLastCalledWith('said', { requestId: 'req_1b', traceId: 'aaaa' });
  logger.debug('said', { requestId: 'req_3' });
  expect(written.debug).toHaveBeenLastCalledWith('said', { requestId: 'req_3' });
  logger.debug('said');
  expect(written.debug).toHaveBeenLastCalledWith('said', {});

  running.over(one);
  for (const requestId of ['req_1', 'req_1b']) {
    logger.error('late', { requestId });
    expect(written.error).toHaveBeenLastCalledWith('late', { requestId });
  }
  // Another call of the same trace goes on.
  logger.error('late', { requestId: 'req_2' });
  expect(written.error).toHaveBeenLastCalledWith('late', { requestId: 'req_2', traceId: 'aaaa' });
});
