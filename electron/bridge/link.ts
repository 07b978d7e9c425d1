// Keeps a session with the proxy for as long as the client is there: a lost one is opened again with the client's
// own words, so that the client does not notice.
import { UpstreamError } from '../gateway/errors.ts';
import type { Logger } from '../gateway/ports.ts';
import type { Message } from '../gateway/wire/json-rpc.ts';
import type { ClientLine } from './client-line.ts';
import { NotThereError, type Persist } from './patience.ts';
import { openProxySession, type Heard, type PostEnd, type ProxySession } from './proxy-session.ts';

/** Where the proxy can be reached. */
export interface ProxyAddress {
  readonly url: URL;
  /** What to trust there, PEM; null for what the system trusts. */
  readonly certificate: string | null;
}

export interface ProxyAccess extends ProxyAddress {
  /** Presented with every request; null for none. */
  readonly token: string | null;
}

/** Finds the proxy as it is now. Rejects with a NotThereError where it is not there, otherwise with an UpstreamError. */
export type Locate = () => Promise<ProxyAccess>;

export interface Link {
  /** Whether the client has introduced itself; until then `initialize` is how a session begins. */
  readonly introduced: boolean;
  /** Sends the client's `initialize`. Rejects, with what to do, where the proxy is not there and does not come. */
  initialize(line: ClientLine, heard: Heard): Promise<PostEnd>;
  /** Sends the client's `notifications/initialized`, and begins to listen. */
  initialized(line: ClientLine): Promise<void>;
  /** The session, opened again where it was lost. Rejects where that can't be done. */
  current(): Promise<ProxySession>;
  /** A new session in place of one that was found to be lost. */
  replace(lost: ProxySession): Promise<ProxySession>;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly locate: Locate;
  /** For what belongs to no line of the client. */
  readonly heard: Heard;
  readonly logger: Logger;
  readonly persist: Persist;
}

export function createLink({ locate, heard, logger, persist }: LinkOptions): Link {
  const closing = new AbortController();
  const open = new Set<ProxySession>();
  let introduction: ClientLine | null = null;
  let confirmation: ClientLine | null = null;
  let current: Promise<ProxySession> | null = null;
  let established: ProxySession | null = null;

  async function dial(): Promise<ProxySession> {
    const address = await locate();
    closing.signal.throwIfAborted();
    const session = openProxySession({
      ...address,
      logger,
      heard,
      lost: () => void replace(session).catch(reportFailure),
    });
    open.add(session);
    return session;
  }

  async function hangUp(session: ProxySession): Promise<void> {
    open.delete(session);
    await session.close();
  }

  /** A session in which the proxy knows the client already. */
  async function dialAgain(): Promise<ProxySession> {
    const session = await dial();
    try {
      if (introduction !== null) await introduce(session, introduction);
      if (confirmation !== null) {
        const end = await session.post(confirmation, heard);
        if (end.kind !== 'over') throw asError(end);
        session.listen();
      }
      return session;
    } catch (error) {
      await hangUp(session);
      throw error;
    }
  }

  /** The client had its answer long ago; this one is for us. */
  async function introduce(session: ProxySession, line: ClientLine): Promise<void> {
    const answers: Message[] = [];
    const end = await session.post(line, (bytes, messages) => {
      if (messages.some(answersOne(line))) answers.push(...messages);
      else heard(bytes, messages);
    });
    const answer = answers.find(answersOne(line));
    if (answer?.kind !== 'response') throw asError(end);
    if (answer.error !== null) throw new UpstreamError(answer.error.message);
  }

  async function connected(): Promise<ProxySession> {
    if (closing.signal.aborted) throw new UpstreamError('The bridge has ended');
    current ??= persist(dialAgain, introduction !== null).then(
      (session) => (established = session),
      (error: unknown) => {
        current = null;
        throw error;
      },
    );
    return current;
  }

  async function replace(lost: ProxySession): Promise<ProxySession> {
    if (established === lost) {
      established = current = null;
      open.delete(lost);
      lost.retire();
    }
    return connected();
  }

  async function introduceClient(line: ClientLine, hear: Heard): Promise<PostEnd> {
    const session = await dial();
    const end = await session.post(line, (bytes, messages) => {
      const answer = messages.find(answersOne(line));
      if (answer?.kind === 'response' && answer.error === null) introduction = line;
      hear(bytes, messages);
    });
    if (introduction === line) {
      established = session;
      current = Promise.resolve(session);
      return end;
    }
    await hangUp(session);
    if (end.kind === 'unsent') throw asError(end);
    return end;
  }

  function reportFailure(error: unknown): void {
    if (!closing.signal.aborted) logger.warn('not_connected', { why: wordsOf(error) });
  }

  return {
    get introduced() {
      return introduction !== null;
    },
    initialize: (line, hear) => persist(() => introduceClient(line, hear), false),
    async initialized(line) {
      const session = await connected();
      const end = await session.post(line, heard);
      confirmation = line;
      if (end.kind === 'lost' || end.kind === 'unsent') await replace(session);
      else session.listen();
    },
    current: connected,
    replace,
    async close() {
      closing.abort();
      await Promise.all([...open].map(hangUp));
    },
  };
}

function answersOne({ requests }: ClientLine): (message: Message) => boolean {
  return (message) => message.kind === 'response' && message.id !== null && requests.includes(message.id);
}

/** Why a session could not be opened. A proxy that is starting may refuse for a while. */
function asError(end: PostEnd): UpstreamError {
  if (end.kind === 'refused' && end.error.status < 500) return end.error;
  return new NotThereError(wordsOfEnd(end));
}

export function wordsOfEnd(end: PostEnd): string {
  return end.kind === 'over' ? end.why : end.error.message;
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
