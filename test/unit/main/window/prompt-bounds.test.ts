import { describe, expect, it } from 'vitest';
import {
  type PromptPlace,
  promptBounds,
  promptWidth,
} from '../../../../electron/main/window/prompt-bounds.ts';

const bounds = { x: 0, y: 0, width: 1920, height: 1080 };
const panelAbove = { bounds, workArea: { x: 0, y: 30, width: 1920, height: 1050 } };
const panelBelow = { bounds, workArea: { x: 0, y: 0, width: 1920, height: 1040 } };

const place = (change: Partial<PromptPlace>): PromptPlace => ({
  height: 400,
  screen: panelAbove,
  tray: null,
  shown: null,
  ...change,
});

describe('the place of the prompt', () => {
  it('is below a panel at the upper edge, and above one at the lower edge', () => {
    expect(promptBounds(place({}))).toEqual({ x: 1448, y: 42, width: promptWidth, height: 400 });
    expect(promptBounds(place({ screen: panelBelow }))).toMatchObject({ x: 1448, y: 628 });
  });

  it('is at the icon in the tray where that is known', () => {
    const tray = { x: 1000, y: 4, width: 20, height: 20 };
    expect(promptBounds(place({ tray }))).toMatchObject({ x: 780, y: 42 });
    expect(promptBounds(place({ tray: { ...tray, x: 1890 } }))).toMatchObject({ x: 1448 });
    const low = { ...tray, y: 1050 };
    expect(promptBounds(place({ screen: panelBelow, tray: low }))).toMatchObject({ x: 780, y: 628 });
  });

  it('is never higher than the screen, nor lower than a line', () => {
    expect(promptBounds(place({ height: 5000 }))).toMatchObject({ y: 42, height: 1026 });
    expect(promptBounds(place({ height: 1 })).height).toBe(48);
  });

  it('stays where the user has put it, and grows away from the panel within the screen', () => {
    const shown = { x: 300, y: 500, width: promptWidth, height: 400 };
    expect(promptBounds(place({ shown, height: 500 }))).toMatchObject({ x: 300, y: 500 });
    expect(promptBounds(place({ shown, height: 800 }))).toMatchObject({ x: 300, y: 268 });
    expect(promptBounds(place({ shown, height: 450, screen: panelBelow }))).toMatchObject({ y: 450 });
  });
});
