// A desktop's panel, as far as a tray icon needs one: StatusNotifierWatcher and host in one, which read the icon's menu
// over D-Bus (com.canonical.dbusmenu) and click on it.
import { Message, Variant, type MessageBus } from '@jellybrick/dbus-next';
import { expect } from 'vitest';
import { joinSessionBus } from '../integration/session-bus.ts';

const watcher = 'org.kde.StatusNotifierWatcher';
const properties = 'org.freedesktop.DBus.Properties';

export interface MenuEntry {
  readonly id: number;
  readonly label: string;
  readonly enabled: boolean;
  readonly entries: readonly MenuEntry[];
}

export interface TrayHost {
  /** The entry with this label, as soon as there is one, wherever in the menu it is. */
  entry(label: string): Promise<MenuEntry>;
  has(label: string): Promise<boolean>;
  click(entry: MenuEntry): Promise<void>;
}

export async function startTrayHost(address: string): Promise<TrayHost> {
  const bus = await joinSessionBus(address);
  let icon: { readonly service: string; readonly menu: string } | null = null;

  bus.addMethodHandler((message) => {
    if (message.path !== '/StatusNotifierWatcher') return false;
    if (message.member === 'RegisterStatusNotifierItem') {
      const [service] = message.body;
      bus.send(Message.newMethodReturn(message));
      void menuOf(bus, String(service)).then((menu) => (icon = { service: String(service), menu }));
      return true;
    }
    if (message.interface === properties && message.member === 'Get') {
      const known: Readonly<Record<string, Variant>> = {
        IsStatusNotifierHostRegistered: new Variant('b', true),
        ProtocolVersion: new Variant('i', 0),
        RegisteredStatusNotifierItems: new Variant('as', []),
      };
      const value = known[String(message.body[1])];
      if (value === undefined) return false;
      bus.send(Message.newMethodReturn(message, 'v', [value]));
      return true;
    }
    return false;
  });
  await bus.requestName(watcher, 0);

  async function call(member: string, signature: string, body: unknown[]): Promise<readonly unknown[]> {
    if (icon === null) throw new Error('no icon has come to the tray');
    const reply = await bus.call(
      new Message({
        destination: icon.service,
        path: icon.menu,
        interface: 'com.canonical.dbusmenu',
        member,
        signature,
        body,
      }),
    );
    return reply?.body ?? [];
  }

  async function find(label: string): Promise<MenuEntry | undefined> {
    if (icon === null) return undefined;
    const [, root] = await call('GetLayout', 'iias', [0, -1, []]);
    return flat(entryOf(root)).find((entry) => entry.label === label);
  }

  return {
    async entry(label) {
      let found: MenuEntry | undefined;
      const look = async () => (found = await find(label)) !== undefined;
      await expect.poll(look, { timeout: 15_000, message: `the menu has "${label}"` }).toBe(true);
      if (found === undefined) throw new Error(`the menu has no "${label}"`);
      return found;
    },
    has: async (label) => (await find(label)) !== undefined,
    async click({ id }) {
      await call('Event', 'isvu', [id, 'clicked', new Variant('i', 0), 0]);
    },
  };
}

async function menuOf(bus: MessageBus, service: string): Promise<string> {
  const reply = await bus.call(
    new Message({
      destination: service,
      path: '/StatusNotifierItem',
      interface: properties,
      member: 'Get',
      signature: 'ss',
      body: ['org.kde.StatusNotifierItem', 'Menu'],
    }),
  );
  return String((reply?.body[0] as Variant).value);
}

function entryOf(layout: unknown): MenuEntry {
  const [id, facts, children] = layout as [number, Record<string, Variant<string | boolean>>, Variant[]];
  return {
    id,
    // One underline marks a key, two are one.
    label: String(facts.label?.value ?? '').replace(/_(.?)/g, '$1'),
    enabled: facts.enabled?.value !== false,
    entries: children.map(({ value }) => entryOf(value)),
  };
}

const flat = (entry: MenuEntry): MenuEntry[] => [entry, ...entry.entries.flatMap(flat)];
