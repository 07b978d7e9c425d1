// Go's layouts of times (https://pkg.go.dev/time#pkg-constants): an example time that shows how others are written.

/** The layouts that OPA knows by name. */
const named: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
};

export const defaultLayout = 'RFC3339Nano';

/** In the order in which Go looks for them. */
const element =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|[345]|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/u;

export interface LayoutPart {
  /** Text that stands there as it is. */
  readonly text: string;
  /** What comes behind it, as the layout writes it; null at the end. */
  readonly element: string | null;
}

/** @param layout or the name of one */
export function readLayout(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let rest = Object.hasOwn(named, layout) ? (named[layout] ?? '') : layout;
  for (;;) {
    const found = element.exec(rest);
    if (found === null) return [...parts, { text: rest, element: null }];
    parts.push({ text: rest.slice(0, found.index), element: found[0] });
    rest = rest.slice(found.index + found[0].length);
  }
}

export const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
