// Tells the window's own page from every other frame that could send a message.
import { isWindowUrl } from './window-files.ts';

/** What is asked of Electron's WebFrameMain. */
export interface Frame {
  readonly url: string;
  readonly parent: Frame | null;
}

/** True for the top frame of a page of the window alone; a frame that is gone (null) proves nothing. */
export function isTrustedFrame(frame: Frame | null): boolean {
  return frame !== null && frame.parent === null && isWindowUrl(frame.url);
}
