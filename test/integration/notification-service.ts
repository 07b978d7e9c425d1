// A desktop's notification service (Desktop Notifications Specification 1.2) that shows what it is told to a test.
import { Message, MessageType, type MessageBus, type Variant } from '@jellybrick/dbus-next';
import { expect } from 'vitest';
import { joinSessionBus } from './session-bus.ts';

export const serviceName = 'org.freedesktop.Notifications';
export const servicePath = '/org/freedesktop/Notifications';

export interface ShownNotification {
  readonly id: number;
  readonly replaces: number;
  readonly summary: string;
  readonly body: string;
  /** Key by label. */
  readonly actions: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, unknown>>;
  /** Unique name of the program that sent it. */
  readonly from: string;
}

export interface NotificationService {
  /** What can be seen now. */
  readonly shown: ReadonlyMap<number, ShownNotification>;
  /** The one notification that can be seen, as soon as there is one that fits. */
  visible(fits?: (found: ShownNotification) => boolean): Promise<ShownNotification>;
  /** Somebody presses the button, or what used to be one. Without `resident` the notification goes. */
  press(id: number, key: string): void;
  putAway(id: number): void;
  quit(): Promise<void>;
}

const all = ['actions', 'body', 'body-markup', 'persistence'];

export async function startNotificationService(
  address: string,
  capabilities: readonly string[] = all,
): Promise<NotificationService> {
  const bus = await joinSessionBus(address);
  const shown = new Map<number, ShownNotification>();
  let lastId = 40;

  const say = (member: string, signature: string, body: unknown[]) =>
    bus.send(Message.newSignal(servicePath, serviceName, member, signature, body));
  function close(id: number, reason: number): void {
    if (shown.delete(id)) say('NotificationClosed', 'uu', [id, reason]);
  }

  bus.addMethodHandler((message) => {
    if (message.interface !== serviceName) return false;
    switch (message.member) {
      case 'GetCapabilities':
        bus.send(Message.newMethodReturn(message, 'as', [[...capabilities]]));
        return true;
      case 'Notify': {
        const notification = notificationOf(message, () => (lastId += 1));
        shown.set(notification.id, notification);
        bus.send(Message.newMethodReturn(message, 'u', [notification.id]));
        return true;
      }
      case 'CloseNotification':
        close(Number(message.body[0]), 3);
        return true;
      default:
        return false;
    }
  });
  await bus.requestName(serviceName, 0);

  return {
    shown,
    async visible(fits = () => true) {
      const found = () => [...shown.values()];
      await expect.poll(() => found().some(fits), { timeout: 15_000 }).toBe(true);
      const [only, ...others] = found();
      if (only === undefined || others.length > 0) throw new Error('more than one notification is shown');
      return only;
    },
    press(id, key) {
      say('ActionInvoked', 'us', [id, key]);
      if (shown.get(id)?.hints.resident !== true) close(id, 2);
    },
    putAway: (id) => close(id, 2),
    async quit() {
      await bus.releaseName(serviceName);
    },
  };
}

function notificationOf({ sender, body }: Message, newId: () => number): ShownNotification {
  const [, replaces, , summary, text, actions, hints] = body as [
    string,
    number,
    string,
    string,
    string,
    string[],
    Record<string, Variant>,
  ];
  const pairs = actions.flatMap((key, at): [string, string][] =>
    at % 2 === 0 ? [[actions[at + 1] ?? '', key]] : [],
  );
  return {
    id: replaces === 0 ? newId() : replaces,
    replaces,
    summary,
    body: text,
    actions: Object.fromEntries(pairs),
    hints: Object.fromEntries(Object.entries(hints).map(([name, { value }]) => [name, value])),
    from: sender,
  };
}

/** Sends what only the service should say, straight to a program: no rule of that program keeps it away. */
export function forge(bus: MessageBus, to: string, member: string, id: number, word: string | number): void {
  bus.send(
    new Message({
      type: MessageType.SIGNAL,
      destination: to,
      path: servicePath,
      interface: serviceName,
      member,
      signature: typeof word === 'string' ? 'us' : 'uu',
      body: [id, word],
    }),
  );
}
