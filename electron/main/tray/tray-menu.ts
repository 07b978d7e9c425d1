// The tray's menu as data: from the state of things to what can be done about it.
import type { MenuItemConstructorOptions } from 'electron';
import type { PendingApproval } from '../../shared/approvals.ts';
import type { CallSummary, PolicyMode } from '../../shared/domain.ts';
import type { DesktopState } from '../desktop-state.ts';
import { menuText } from './one-line.ts';
import { stateInWords } from './tray-face.ts';

export interface TrayActions {
  open(): void;
  showApprovals(): void;
  showCall(id: number): void;
  answer(id: string, allow: boolean): void;
  setMode(mode: PolicyMode): void;
  setPaused(paused: boolean): void;
  restart(): void;
  quit(): void;
}

type Item = MenuItemConstructorOptions;

/** More than these would make the menu longer than a screen; the window has them all. */
const listedApprovals = 5;

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
    waiting(state.approvals, actions),
    state.recent.length === 0
      ? []
      : [words('Last calls'), ...state.recent.map((call) => recent(call, actions))],
    [
      mode('Enforce the policy', 'enforce', state, actions),
      mode('Audit only: record, deny nothing', 'audit', state, actions),
    ],
    status.state === 'paused'
      ? [{ label: 'Resume', click: () => actions.setPaused(false) }]
      : [
          {
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

function waiting(approvals: readonly PendingApproval[], actions: TrayActions): Item[] {
  const items = approvals.slice(0, listedApprovals).map((approval): Item => {
    const { id, server, method, tool, resource } = approval;
    const client = approval.client.name;
    return {
      label: menuText(`${client}: ${tool ?? resource ?? method}`),
      submenu: [
        words(`${client} wants ${tool ?? method} of ${server}`),
        ...(resource === null ? [] : [words(resource)]),
        words(approval.arguments),
        ...(approval.message === null ? [] : [words(approval.message)]),
        ...approval.violations.map(words),
        { type: 'separator' },
        { label: 'Allow once', click: () => actions.answer(id, true) },
        { label: 'Deny', click: () => actions.answer(id, false) },
        { type: 'separator' },
        { label: 'Show it whole…', click: () => actions.showApprovals() },
      ],
    };
  });
  const more = approvals.length - listedApprovals;
  if (more > 0) items.push({ label: `${more} more…`, click: () => actions.showApprovals() });
  return items;
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
    enabled: serves,
    click: () => actions.setMode(value),
  };
}
