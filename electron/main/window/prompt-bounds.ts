// Where the prompt stands: at the tray, as high as what it shows, and never beyond the screen.
import type { Area } from './bounds.ts';

export const promptWidth = 460;
/** What shows anything at all is at least so high. */
const lowest = 48;
const margin = 12;

/** A screen: all of it, and without its panels. */
export interface Screen {
  readonly bounds: Area;
  readonly workArea: Area;
}

export interface PromptPlace {
  /** Of what it shows. */
  readonly height: number;
  readonly screen: Screen;
  /** The tray's icon; null where the system does not tell where that is. */
  readonly tray: Area | null;
  /** Where it is shown by now, which may be where the user has put it; null where it comes up. */
  readonly shown: Area | null;
}

export function promptBounds({ height, screen, tray, shown }: PromptPlace): Area {
  const { workArea } = screen;
  const size = {
    width: Math.min(promptWidth, workArea.width - 2 * margin),
    height: Math.max(lowest, Math.min(Math.ceil(height), workArea.height - 2 * margin)),
  };
  const low = isLow(screen, tray);
  const right = workArea.x + workArea.width;
  const bottom = workArea.y + workArea.height;
  const wanted =
    shown === null
      ? {
          x: tray === null ? right : tray.x + tray.width / 2 - size.width / 2,
          y: low ? bottom : workArea.y,
        }
      : // It grows away from the panel, so that the edge there stays where it is.
        { x: shown.x, y: low ? shown.y + shown.height - size.height : shown.y };
  return {
    ...size,
    x: Math.round(between(workArea.x + margin, wanted.x, right - margin - size.width)),
    y: Math.round(between(workArea.y + margin, wanted.y, bottom - margin - size.height)),
  };
}

/** Whether the tray is at the lower edge; by the panel there where it does not tell. */
function isLow({ bounds, workArea }: Screen, tray: Area | null): boolean {
  if (tray !== null) return tray.y + tray.height / 2 > bounds.y + bounds.height / 2;
  const above = workArea.y - bounds.y;
  const below = bounds.y + bounds.height - (workArea.y + workArea.height);
  return below > above;
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
