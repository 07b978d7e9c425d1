// The HTTP exchanges of one session that are under way, so that all of them can be ended together.
import type { Exchange, HttpClient, HttpRequest, ResponseHandler } from './http-client.ts';

export interface Exchanges {
  open(request: HttpRequest, handler: ResponseHandler): Exchange;
  /** Each handler hears of `reason` as its failure. */
  abortAll(reason: Error): void;
}

export function trackExchanges(http: HttpClient): Exchanges {
  const running = new Map<Exchange, ResponseHandler>();
  return {
    open(request, handler) {
      const exchange = http.open(request, {
        ...handler,
        end() {
          running.delete(tracked);
          handler.end();
        },
        failed(error) {
          running.delete(tracked);
          handler.failed(error);
        },
      });
      const tracked: Exchange = {
        abort() {
          running.delete(tracked);
          exchange.abort();
        },
      };
      running.set(tracked, handler);
      return tracked;
    },
    abortAll(reason) {
      for (const [exchange, handler] of [...running]) {
        exchange.abort();
        handler.failed(reason);
      }
    },
  };
}
