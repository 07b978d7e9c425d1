// The tray's menu as data: from the state of things to what can be done about it.
import type { MenuItemConstructorOptions } from 'electron';
import type { CallSummary, PolicyMode } from '../../shared/domain.ts';
import type { DesktopState } from '../desktop-state.ts';
import { grouped } from './grouped.ts';
import { menuText } from './one-line.ts';
import { quietMenu, type QuietWish } from './quiet-menu.ts';
import { readableCall, shortName } from './readable-call.ts';
import { stateInWords } from './tray-face.ts';

export interface TrayActions {
  open(): void;
  showApprovals(): void;
  /** The question of this group of waiting calls, or the first one. */
  showQuestion(group: string | null): void;
  showCall(id: number): void;
  answer(ids: readonly string[], allow: boolean): void;
  setQuiet(wish: QuietWish): void;
  setMode(mode: PolicyMode): void;
  setPaused(paused: boolean): void;
  restart(): void;
  quit(): void;
}

type Item = MenuItemConstructorOptions;

/** More than these would make the menu longer than a screen; the window has them all. */
const listedApprovals = 5;
/** For one call, characters: what is longer can be denied from here, and not allowed. */
const room = { line: 90, all: 270 };

export interface TrayWords {
  readonly name: string;
  /** Shown beside "Pause everything". */
  readonly pauseKeys: string | null;
}

export function trayMenu({ name, pauseKeys }: TrayWords, state: DesktopState, actions: TrayActions): Item[] {
  const { status } = state;
  const serves = status.state === 'running' || status.state === 'paused';
  const sections: Item[][] = [
    [words(stateInWords(state)), ...problems(state, actions)],
    waiting(state, actions),
    grants(state, actions),
    state.recent.length === 0
      ? []
      : [words('Last calls'), ...state.recent.map((call) => recent(call, actions))],
    [
      mode('Enforce the policy', 'enforce', state, actions),
      mode('Audit only: record, deny nothing', 'audit', state, actions),
      ...(status.modeManagedAt === null ? [] : [words('The mode is set by your organization')]),
    ],
    [
      quietMenu(state.quiet, serves, (wish) => actions.setQuiet(wish)),
      status.state === 'paused'
        ? { label: 'Resume', click: () => actions.setPaused(false) }
        : {
            label: 'Pause everything',
            enabled: serves,
            click: () => actions.setPaused(true),
            // Shown alone: it is heard whichever program is in front.
            ...(pauseKeys === null ? {} : { accelerator: pauseKeys, registerAccelerator: false }),
          },
    ],
    [
      { label: `Open ${name}`, click: () => actions.open() },
      { label: 'Quit', click: () => actions.quit() },
    ],
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index): Item[] => (index === 0 ? section : [{ type: 'separator' }, ...section]));
}

function words(text: string): Item {
  return { label: menuText(text, 100), enabled: false };
}

function problems({ status }: DesktopState, actions: TrayActions): Item[] {
  const told = status.problems.map(({ message }) => words(message));
  if (status.state !== 'stopped') return told;
  return [...told, { label: 'Start again', click: () => actions.restart() }];
}

function waiting({ approvals }: DesktopState, actions: TrayActions): Item[] {
  const groups = grouped(approvals);
  const items = groups.slice(0, listedApprovals).map(({ first, ids }): Item => {
    const { server, message, violations, holdsSecret } = first;
    const client = first.client.name;
    // They may quote what the call holds.
    const reasons = holdsSecret ? [] : [...(message === null ? [] : [message]), ...violations];
    const all = ids.length === 1 ? '' : ` all ${ids.length}`;
    // Two menus that read the same may be about other calls: by these ids they differ.
    const key = ids.join(' ');
    const { what, lines, isWhole } = readableCall(first, room);
    return {
      label: `${menuText(`${client}: ${shortName(first)}`)}${ids.length === 1 ? '' : ` (${ids.length})`}`,
      submenu: [
        words(`${client} wants ${what} of ${server}`),
        ...lines.map(words),
        ...reasons.map(words),
        { type: 'separator' },
        isWhole
          ? { id: `allow ${key}`, label: `Allow${all} once`, click: () => actions.answer(ids, true) }
          : words('To allow it, see it whole first'),
        { id: `deny ${key}`, label: `Deny${all}`, click: () => actions.answer(ids, false) },
        { type: 'separator' },
        { label: 'Show it whole…', click: () => actions.showQuestion(first.group) },
      ],
    };
  });
  const more = groups.slice(listedApprovals).reduce((sum, { ids }) => sum + ids.length, 0);
  if (more > 0) items.push({ label: `${more} more…`, click: () => actions.showApprovals() });
  if (items.length > 0) items.push({ label: 'Show the prompt', click: () => actions.showQuestion(null) });
  return items;
}

function grants({ grants: count }: DesktopState, actions: TrayActions): Item[] {
  if (count === 0) return [];
  const label = count === 1 ? 'One answer holds for longer…' : `${count} answers hold for longer…`;
  return [{ label, click: () => actions.showApprovals() }];
}

function recent(call: CallSummary, actions: TrayActions): Item {
  const verdict = call.verdict === 'allow' ? '✓' : '✕';
  const word = call.verdict === 'allow' ? 'allowed' : 'denied';
  const what = call.tool ?? call.resource ?? call.method;
  return {
    label: `${verdict} ${menuText(what, 40)} · ${menuText(call.server, 24)} · ${word}`,
    click: () => actions.showCall(call.id),
  };
}

function mode(label: string, value: PolicyMode, { status }: DesktopState, actions: TrayActions): Item {
  const serves = status.state === 'running' || status.state === 'paused';
  return {
    label,
    type: 'radio',
    checked: status.mode === value,
    enabled: serves && status.modeManagedAt === null,
    click: () => actions.setMode(value),
  };
}
