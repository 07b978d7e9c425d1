// The tray's marks, drawn for each size so that their edges fall on whole pixels. States differ in shape; colour only
// repeats it. What is cut out stays transparent, so that a mark does on a dark panel and on a light one.

const drawings = {
  16: {
    shield: 'M8 1C9.8 2.2 12 2.9 14 3V8C14 11.6 11.4 13.9 8 15.4C4.6 13.9 2 11.6 2 8V3C4 2.9 6.2 2.2 8 1Z',
    arrow: 'M0 8H10M7 4.5L10.5 8L7 11.5',
    exclamation: 'M8 4V9M8 10V12',
    chevrons: 'M3.5 5L6.5 8L3.5 11M8.5 5L11.5 8L8.5 11',
    bars: 'M6 5V11M10 5V11',
    moon: 'M9.5 3.5A4.5 4.5 0 1 0 12 10.5A4.5 4.5 0 0 1 9.5 3.5Z',
    badge: { x: 12, y: 12, radius: 3.5 },
    count: { x: 11.5, y: 11.5, radius: 4.5 },
  },
  22: {
    shield:
      'M11 1C13.6 2.8 16.4 3.8 19 4V11C19 15.8 15.6 19.1 11 21C6.4 19.1 3 15.8 3 11V4C5.6 3.8 8.4 2.8 11 1Z',
    arrow: 'M0 11H14M9.5 6.5L14 11L9.5 15.5',
    exclamation: 'M11 6V12M11 14V16',
    chevrons: 'M5.5 7L9.5 11L5.5 15M11.5 7L15.5 11L11.5 15',
    bars: 'M9 7V15M13 7V15',
    moon: 'M12.5 5A6 6 0 1 0 16.5 14A6 6 0 0 1 12.5 5Z',
    badge: { x: 17, y: 17, radius: 4.5 },
    count: { x: 15.5, y: 15.5, radius: 6 },
  },
};

const blue = '#3b82f6';
const amber = '#e08a00';
const grey = '#8b919b';
const red = '#e5484d';

/** Three pixels wide and five high: what is set is cut out of the badge. */
const figures = {
  2: '###..#####..###',
  3: '###..####..####',
  4: '#.##.####..#..#',
  5: '####..###..####',
  6: '####..####.####',
  7: '###..#..#..#..#',
  8: '####.#####.####',
  9: '####.####..####',
  more: '....#.###.#....',
};

/** State of the tray -> drawing and colours. */
const states = {
  idle: ({ shield, arrow }) => ({ shield, cut: stroke(arrow), color: blue }),
  waiting: ({ shield, badge: { x, y, radius } }) => ({
    shield,
    cut: `<circle cx="${x}" cy="${y}" r="${radius + 1.5}" />`,
    color: blue,
    above: `<circle cx="${x}" cy="${y}" r="${radius}" fill="${amber}" />`,
  }),
  ...Object.fromEntries(
    Object.entries(figures).map(([count, pixels]) => [
      `waiting-${count}`,
      ({ shield, count: { x, y, radius } }) => ({
        shield,
        cut: `<circle cx="${x}" cy="${y}" r="${radius + 1}" />`,
        color: blue,
        above: `<path d="${disc(x, y, radius)}${figure(pixels, x - 1.5, y - 2.5)}" fill-rule="evenodd" fill="${amber}" />`,
      }),
    ]),
  ),
  working: ({ shield, chevrons }) => ({ shield, cut: stroke(chevrons), color: blue }),
  quiet: ({ shield, moon }) => ({ shield, cut: `<path d="${moon}" />`, color: grey }),
  paused: ({ shield, bars }) => ({ shield, hollow: true, color: grey, above: stroke(bars, grey) }),
  attention: ({ shield, exclamation }) => ({ shield, cut: stroke(exclamation), color: red }),
};

export const trayStates = Object.keys(states);

/**
 * @param {string} state One of `trayStates`.
 * @param {16 | 22} size In pixels: for Windows and macOS, and for Linux. Twice as large for fine screens.
 * @param {{ template?: boolean }} [options] `template`: black alone, which macOS colours to match its menu bar.
 * @returns {string} An SVG image.
 */
export function trayMark(state, size, { template = false } = {}) {
  const { shield, cut = '', hollow = false, color, above = '' } = states[state](drawings[size]);
  // The inner half of a stroke along the edge, twice as wide as the line that is wanted.
  const body = hollow
    ? `<clipPath id="edge"><path d="${shield}" /></clipPath>
       <path d="${shield}" clip-path="url(#edge)" fill="none" stroke="${color}" stroke-width="4" />`
    : `<path d="${shield}" mask="url(#cut)" fill="${color}" />`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}">
    <mask id="cut"><rect width="100%" height="100%" fill="#fff" /><g fill="#000" stroke="#000" stroke-width="0">${cut}</g></mask>
    ${body}${above}
  </svg>`;
  return template ? svg.replaceAll(new RegExp([blue, amber, grey, red].join('|'), 'g'), '#000') : svg;
}

function disc(x, y, radius) {
  const half = `a${radius} ${radius} 0 1 0`;
  return `M${x - radius} ${y}${half} ${2 * radius} 0${half} ${-2 * radius} 0Z`;
}

function figure(pixels, left, top) {
  return [...pixels]
    .map((pixel, index) =>
      pixel === '#' ? `M${left + (index % 3)} ${top + Math.floor(index / 3)}h1v1h-1Z` : '',
    )
    .join('');
}

function stroke(path, color = '#000') {
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2" />`;
}
