import { describe, expect, it } from 'vitest';
import { minimumSize, openingBounds, usualSize } from '../../../../electron/main/window/bounds.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1050 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };
const saved = { x: 100, y: 50, width: 1200, height: 800, maximized: false };

describe('opening bounds', () => {
  it('are the usual size, placed by the system, the first time', () => {
    expect(openingBounds(undefined, [screen])).toEqual(usualSize);
  });

  it('are the last ones, on whichever screen', () => {
    expect(openingBounds(saved, [screen])).toEqual({ x: 100, y: 50, width: 1200, height: 800 });
    expect(openingBounds({ ...saved, x: 2000 }, [screen, second])).toMatchObject({ x: 2000, y: 50 });
  });

  it('keep the size alone where that place is on no screen any more', () => {
    expect(openingBounds({ ...saved, x: 2000 }, [screen])).toEqual({ width: 1200, height: 800 });
    expect(openingBounds(saved, [])).toEqual({ width: 1200, height: 800 });
  });

  it.each([
    ['only its left end is on the screen', { x: 1900 }],
    ['its title is above the screen', { y: -20 }],
    ['its title is below the screen', { y: 1040 }],
  ])('keep the size alone where the window could not be grabbed: %s', (_how, place) => {
    expect(openingBounds({ ...saved, ...place }, [screen])).not.toHaveProperty('x');
  });

  it('are never smaller than what can be used', () => {
    expect(openingBounds({ ...saved, width: 10, height: 10 }, [screen])).toMatchObject(minimumSize);
  });
});
