// A worker, or the port to the thread that started it, as one end of a link.
import type { MessagePort, Worker } from 'node:worker_threads';
import type { RpcPort } from '../../shared/rpc.ts';

export function threadPort(port: MessagePort | Worker): RpcPort {
  return {
    post: (frame) => port.postMessage(frame),
    onFrame: (listener) => port.on('message', listener),
  };
}
