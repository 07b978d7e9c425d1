// Keyboard shortcuts: which modifier this system uses, and how it is written.

const isMac = () => navigator.userAgent.includes('Mac');

/** For example `shortcutName('K')`: "Ctrl K", on a Mac "⌘ K". */
export function shortcutName(key: string): string {
  return `${isMac() ? '⌘' : 'Ctrl'} ${key}`;
}

/** The key of a shortcut in lower case, or null where the event is none. Shift and Alt make it another one. */
export function shortcutKey(event: KeyboardEvent): string | null {
  const modified = isMac() ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return modified && !event.altKey && !event.shiftKey ? event.key.toLowerCase() : null;
}
