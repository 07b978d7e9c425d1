// Notices on Linux, by the Desktop Notifications Specification 1.2: with buttons, which Electron's have not there.
import type { Logger } from '../../gateway/ports.ts';
import { withoutMarkup } from '../tray/one-line.ts';
import {
  buttonWords,
  type NoticeBoard,
  type NoticeButton,
  type NoticeListener,
  type PostedNotice,
} from './notice-board.ts';
import { connectSessionBus, type BusSignal, type SessionBus } from './session-bus.ts';

/** Pixels, four bytes each: red, green, blue, alpha. */
export interface NoticePicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Buffer;
}

export interface DbusNoticesOptions {
  /** Of the program. */
  readonly name: string;
  readonly picture: NoticePicture | null;
  /** Takes over where the bus or the service on it is missing. */
  readonly otherwise: NoticeBoard;
  readonly logger: Logger;
}

const service = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
} as const;

/** The name of the package's .desktop file. */
const DESKTOP_ENTRY = 'mcp-proxy-desktop';
const CRITICAL = 2;
const NEVER_EXPIRES = 0;
/** Reasons of NotificationClosed. */
const CLOSED_BY_US = 3;

interface Posted {
  readonly notice: PostedNotice;
  readonly listener: NoticeListener;
  /** Stands in the keys of its buttons: a press on what stood there before is none on this. */
  readonly turn: number;
}

interface Shown extends Posted {
  readonly id: number;
  /** Unique name of the program that shows it: from no other one a press is taken. */
  readonly by: string;
}

export function createDbusNotices({ name, picture, otherwise, logger }: DbusNoticesOptions): NoticeBoard {
  let wanted: Posted | null = null;
  /** What `wanted` was when the service was last told of it. */
  let told: Posted | null = null;
  let shown: Shown | null = null;
  let connection: SessionBus | null = null;
  let turns = 0;
  let isBusy = false;

  async function connect(): Promise<SessionBus> {
    const bus = await connectSessionBus(hear, logger);
    connection = bus;
    // By the name of the service, so that what others broadcast under its interface does not even get here.
    const rule = `type='signal',sender='${service.destination}',path='${service.path}',interface='${service.interface}'`;
    const busItself = {
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
    };
    await bus.call({ ...busItself, member: 'AddMatch', signature: 's', body: [rule] });
    return bus;
  }

  /** What is sent to us alone passes no rule: the sender is looked at here. */
  function hear({ sender, interface: from, member, body: [id, word] }: BusSignal): void {
    const pressed = shown;
    if (pressed?.by !== sender || from !== service.interface || id !== pressed.id) return;
    if (member === 'NotificationClosed') {
      shown = null;
      if (word !== CLOSED_BY_US && wanted?.turn === pressed.turn) pressed.listener.onPutAway();
    } else if (member === 'ActionInvoked' && wanted?.turn === pressed.turn) {
      const button =
        word === 'default' ? 'show' : pressed.notice.buttons.find((each) => word === key(each, pressed.turn));
      if (button !== undefined) pressed.listener.onPress(button);
    }
  }

  async function show(posted: Posted): Promise<void> {
    const bus = connection ?? (await connect());
    const {
      body: [found],
    } = await bus.call({ ...service, member: 'GetCapabilities' });
    const capabilities = Array.isArray(found) ? found : [];
    const { title, body, buttons, silent } = posted.notice;
    const offered: readonly [string, string][] = [
      ['default', buttonWords.show],
      ...buttons.map((button): [string, string] => [key(button, posted.turn), buttonWords[button]]),
    ];
    const reply = await bus.call({
      ...service,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      body: [
        name,
        shown?.id ?? 0,
        '',
        // No markup by the specification; some services read it all the same.
        withoutMarkup(title),
        capabilities.includes('body-markup') ? escaped(body) : body,
        capabilities.includes('actions') ? offered.flat() : [],
        hints(bus, silent),
        NEVER_EXPIRES,
      ],
    });
    const [id] = reply.body;
    if (typeof id !== 'number') throw new Error('Notify gave no id');
    shown = { ...posted, id, by: reply.sender };
    if (wanted === posted) posted.listener.onShown();
  }

  function hints(bus: SessionBus, silent: boolean): Record<string, unknown> {
    const { variant } = bus;
    return {
      urgency: variant({ type: 'y', value: CRITICAL }),
      'desktop-entry': variant({ type: 's', value: DESKTOP_ENTRY }),
      // It goes when there is nothing to answer any more, and not before; and is kept in no list of old ones.
      resident: variant({ type: 'b', value: true }),
      transient: variant({ type: 'b', value: true }),
      ...(silent ? { 'suppress-sound': variant({ type: 'b', value: true }) } : {}),
      ...(picture === null
        ? {}
        : {
            'image-data': variant({
              type: '(iiibiiay)',
              value: [picture.width, picture.height, picture.width * 4, true, 8, 4, picture.rgba],
            }),
          }),
    };
  }

  function hide(): void {
    if (shown !== null)
      connection?.tell({ ...service, member: 'CloseNotification', signature: 'u', body: [shown.id] });
    shown = null;
  }

  /** One thing at a time, the newest wish next: an answer that is on its way can't be overtaken. */
  async function follow(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    while (told !== wanted) {
      told = wanted;
      if (told === null) hide();
      else await show(told).catch((error: unknown) => fail(error));
    }
    isBusy = false;
  }

  /** The next one tries again: services come late, and come back. */
  function fail(error: unknown): void {
    logger.info('notification.failed', { error: String(error) });
    hide();
    connection?.close();
    connection = null;
    if (wanted !== null) otherwise.post(wanted.notice, wanted.listener);
  }

  function takeDown(): void {
    wanted = null;
    otherwise.takeDown();
    void follow();
  }

  return {
    post(notice, listener) {
      otherwise.takeDown();
      turns += 1;
      wanted = { notice, listener, turn: turns };
      void follow();
    },
    takeDown,
    close() {
      wanted = null;
      hide();
      connection?.close();
      connection = null;
      otherwise.close();
    },
  };
}

function key(button: NoticeButton, turn: number): string {
  return `${button}-${turn}`;
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (character) => entities[character] ?? character);
}
