// Where the window opens: where it was last, if that place is still on a screen.
import { z } from 'zod';

export const minimumSize = { width: 900, height: 600 } as const;
export const usualSize = { width: 1100, height: 720 } as const;

export const savedBounds = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean(),
});
export type SavedBounds = z.infer<typeof savedBounds>;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** So much of the window's top edge must be on a screen that it can be grabbed with the mouse. */
const grip = { width: 120, height: 32 };

/**
 * Size and place for a new window; without a place where the system shall choose one.
 * @param screens The usable area of each screen.
 */
export function openingBounds(
  saved: SavedBounds | undefined,
  screens: readonly Area[],
): { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number } {
  if (saved === undefined) return usualSize;
  const size = {
    width: Math.max(saved.width, minimumSize.width),
    height: Math.max(saved.height, minimumSize.height),
  };
  const title = { x: saved.x, y: saved.y, width: size.width, height: grip.height };
  const reachable = screens.some((screen) => {
    const seen = overlap(title, screen);
    return seen.width >= grip.width && seen.height >= grip.height;
  });
  return reachable ? { ...size, x: saved.x, y: saved.y } : size;
}

function overlap(one: Area, other: Area): { width: number; height: number } {
  return {
    width: Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x),
    height: Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y),
  };
}
