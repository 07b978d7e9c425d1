// The tray's marks, drawn for each size so that their edges fall on whole pixels. States differ in shape; colour only
// repeats it. What is cut out stays transparent, so that a mark does on a dark panel and on a light one.

const drawings = {
  16: {
    shield: 'M8 1C9.8 2.2 12 2.9 14 3V8C14 11.6 11.4 13.9 8 15.4C4.6 13.9 2 11.6 2 8V3C4 2.9 6.2 2.2 8 1Z',
    arrow: 'M0 8H10M7 4.5L10.5 8L7 11.5',
    exclamation: 'M8 4V9M8 10V12',
    bars: 'M6 5V11M10 5V11',
    badge: { x: 12, y: 12, radius: 3.5 },
  },
  22: {
    shield:
      'M11 1C13.6 2.8 16.4 3.8 19 4V11C19 15.8 15.6 19.1 11 21C6.4 19.1 3 15.8 3 11V4C5.6 3.8 8.4 2.8 11 1Z',
    arrow: 'M0 11H14M9.5 6.5L14 11L9.5 15.5',
    exclamation: 'M11 6V12M11 14V16',
    bars: 'M9 7V15M13 7V15',
    badge: { x: 17, y: 17, radius: 4.5 },
  },
};

const blue = '#3b82f6';
const amber = '#e08a00';
const grey = '#8b919b';
const red = '#e5484d';

/** State of the tray -> drawing and colours. */
const states = {
  idle: ({ shield, arrow }) => ({ shield, cut: stroke(arrow), color: blue }),
  waiting: ({ shield, badge: { x, y, radius } }) => ({
    shield,
    cut: `<circle cx="${x}" cy="${y}" r="${radius + 1.5}" />`,
    color: blue,
    above: `<circle cx="${x}" cy="${y}" r="${radius}" fill="${amber}" />`,
  }),
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

function stroke(path, color = '#000') {
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2" />`;
}
