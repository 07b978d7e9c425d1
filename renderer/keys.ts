// Keyboard shortcuts: which modifier this system uses, and how it is written.

const isMac = () => navigator.userAgent.includes('Mac');

/** For example `shortcutName('K')`: "Ctrl K", on a Mac "⌘ K". */
export function shortcutName(key: string): string {
  return `${isMac() ? '⌘' : 'Ctrl'} ${key}`;
}

/** A combination that Electron wrote, "CommandOrControl+Shift+P", as people write it here. */
export function acceleratorName(accelerator: string): string {
  const mac: Readonly<Record<string, string>> = { CommandOrControl: '⌘', Alt: '⌥', Shift: '⇧' };
  const others: Readonly<Record<string, string>> = { CommandOrControl: 'Ctrl' };
  const names = isMac() ? mac : others;
  return accelerator
    .split('+')
    .map((key) => names[key] ?? key)
    .join(' ');
}

/** The key of a shortcut in lower case, or null where the event is none. Shift and Alt make it another one. */
export function shortcutKey(event: KeyboardEvent): string | null {
  return event.shiftKey ? null : modifiedKey(event);
}

/** The same for shortcuts with Shift. */
export function shiftedShortcutKey(event: KeyboardEvent): string | null {
  return event.shiftKey ? modifiedKey(event) : null;
}

function modifiedKey(event: KeyboardEvent): string | null {
  const modified = isMac() ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return modified && !event.altKey ? event.key.toLowerCase() : null;
}

/** Lets the arrow keys step through elements of one kind, from the one that has the focus. */
export function stepFocus(event: KeyboardEvent, elements: readonly HTMLElement[]): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = elements.findIndex((element) => element.contains(document.activeElement));
  if (step === undefined || from === -1) return;
  event.preventDefault();
  elements[from + step]?.focus();
}
