// The kinds of values that the configuration file knows. Each says in words what it expects, for error messages, the
// reference and the JSON schema, which gets by `meta` what it can't see by itself.
import { z } from 'zod';
import { type ValueForm, valueForms } from './config-forms.ts';

/** Timers of JavaScript run out at once when they are set to more than this, milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

const DURATION = String.raw`^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$`;

const millisecondsIn: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5
  μs: 1e-3, // U+03BC
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of a duration as Go writes it ("30s", "1h30m", "1.5s", "0"); null where the text is none.
 * Unlike Go it knows no negative ones: nothing here could last that long.
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  if (!new RegExp(DURATION, 'u').test(text)) return null;
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/([\d.]+)(\D+)/gu)) {
    sum += Number(amount) * (millisecondsIn[unit] ?? 0);
  }
  return sum;
}

/** A duration; becomes milliseconds. */
export function duration(byDefault: string) {
  const expected = 'a duration such as "30s", "100ms" or "1h30m", longer than 0 and at most 596h';
  return z
    .string({ error: expected })
    .transform((text, context) => {
      const milliseconds = parseDuration(text);
      if (milliseconds !== null && milliseconds > 0 && milliseconds <= longestTimerMs) return milliseconds;
      context.issues.push({ code: 'custom', message: expected, input: text });
      return z.NEVER;
    })
    .prefault(byDefault)
    .meta({ expected, pattern: DURATION })
    .register(valueForms, { kind: 'duration', none: false });
}

/** A duration, or 0 for no limit; becomes milliseconds, or null. */
export function durationOrNone(byDefault: string) {
  const expected = 'a duration such as "30m" or "1h30m", at most 596h, or 0 for none';
  return z
    .union([z.string(), z.literal(0)], { error: expected })
    .transform((value, context) => {
      const milliseconds = parseDuration(String(value));
      if (milliseconds !== null && milliseconds <= longestTimerMs) return milliseconds || null;
      context.issues.push({ code: 'custom', message: expected, input: value });
      return z.NEVER;
    })
    .prefault(byDefault)
    .meta({ expected })
    .register(valueForms, { kind: 'duration', none: true });
}

const bytesIn: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** A size on disk, or 0 for any; becomes bytes, or null. */
export function sizeOrNone(byDefault: string) {
  const expected = 'a size such as "500MB" or "2GB", at least 1MB, or 0 for any';
  return z
    .union([z.string(), z.literal(0)], { error: expected })
    .transform((value, context) => {
      if (Number(value) === 0) return null;
      const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]B)$/iu.exec(String(value)) ?? [];
      const bytes = Math.round(Number(amount) * (bytesIn[unit.toUpperCase()] ?? 0));
      if (bytes >= 1e6 && Number.isSafeInteger(bytes)) return bytes;
      context.issues.push({ code: 'custom', message: expected, input: value });
      return z.NEVER;
    })
    .prefault(byDefault)
    .meta({ expected })
    .register(valueForms, { kind: 'size' });
}

export function wholeNumber(from: number, to: number, byDefault: number, note = '') {
  const error = `a whole number from ${from} to ${to}${note}`;
  return z
    .number({ error })
    .int({ error })
    .min(from, { error })
    .max(to, { error })
    .default(byDefault)
    .meta({ expected: error })
    .register(valueForms, { kind: 'number', from, to });
}

/** A part of a whole. */
export function share(byDefault: number) {
  const error = 'a number from 0 to 1';
  return z
    .number({ error })
    .min(0, { error })
    .max(1, { error })
    .default(byDefault)
    .meta({ expected: error })
    .register(valueForms, { kind: 'number', from: 0, to: 1 });
}

/** A port to listen on. */
export function port(byDefault: number) {
  return wholeNumber(0, 65_535, byDefault, ' (0: any free port)');
}

const flagWords: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** True or false; also the words that YAML 1.1 and environment variables use for them. */
export function flag(byDefault: boolean) {
  return z
    .unknown()
    .transform((value, context): boolean => {
      const meant = typeof value === 'string' ? flagWords[value.toLowerCase()] : value;
      if (typeof meant === 'boolean') return meant;
      context.issues.push({ code: 'custom', message: 'true or false', input: value });
      return z.NEVER;
    })
    .prefault(byDefault)
    .meta({ type: 'boolean', expected: 'true or false' })
    .register(valueForms, { kind: 'flag' });
}

export function oneOf<const V extends readonly [string, ...string[]]>(values: V, byDefault: V[number]) {
  const error = `one of ${values.join(', ')}`;
  return z
    .enum(values, { error })
    .default(byDefault as z.core.util.NoUndefined<V[number]>)
    .meta({ expected: error })
    .register(valueForms, { kind: 'choice', options: [...values] });
}

export function text(byDefault: string) {
  return z
    .string({ error: 'a text' })
    .default(byDefault)
    .meta({ expected: 'a text' })
    .register(valueForms, { kind: 'text', optional: byDefault === '' });
}

/** A text; left out or empty it is null. */
export function optionalText() {
  return textOrNull('a text', { kind: 'text', optional: true });
}

/** Of a file or folder; whoever knows where it was written makes it absolute. Left out or empty it is null. */
export function optionalPath() {
  return textOrNull('a path', { kind: 'path' });
}

function textOrNull(expected: string, form: ValueForm) {
  return z
    .string({ error: expected })
    .transform((value) => (value === '' ? null : value))
    .nullable()
    .default(null)
    .meta({ expected })
    .register(valueForms, form);
}

export function texts(byDefault: readonly string[]) {
  const expected = 'a list of texts';
  return z
    .array(z.string({ error: 'a text' }), { error: expected })
    .default(() => [...byDefault])
    .meta({ expected })
    .register(valueForms, { kind: 'texts' });
}

const sha256Words = 'a SHA-256 hash, 64 hexadecimal digits';

/** The hash of a secret; becomes lower case, without the name of the algorithm. */
export function sha256() {
  const error = sha256Words;
  return z
    .string({ error })
    .regex(/^(?:sha256:)?[\da-f]{64}$/iu, { error })
    .transform((text) => text.slice(-64).toLowerCase())
    .meta({ expected: error });
}

/** The same; left out it is null. */
export function optionalSha256() {
  return sha256()
    .nullable()
    .default(null)
    .meta({ expected: sha256Words })
    .register(valueForms, { kind: 'text', optional: true });
}

/** An http or https URL; left out or empty it is null. */
export function optionalUrl() {
  const error = 'a URL that begins with http:// or https://';
  return z
    .string({ error })
    .refine((value) => value === '' || isHttpUrl(value), { error })
    .refine((value) => !isHttpUrl(value) || canBeDecoded(new URL(value)), {
      error: 'a URL with its user name and password percent-encoded',
    })
    .transform((value) => (value === '' ? null : value))
    .nullable()
    .default(null)
    .meta({ expected: error })
    .register(valueForms, { kind: 'text', optional: true });
}

/** The origins of web pages, as browsers send them: no path, no wildcard. */
export function origins() {
  const error = 'an origin such as "https://app.example.com"';
  const expected = 'a list of origins';
  return z
    .array(
      z.string({ error }).refine((value) => isHttpUrl(value) && new URL(value).origin === value, { error }),
      { error: expected },
    )
    .default(() => [])
    .meta({ expected })
    .register(valueForms, { kind: 'texts' });
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/u.test(new URL(value).protocol);
}

/** Whoever connects needs user name and password as they were meant. */
function canBeDecoded({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    // The only error that there is: a percent sign that begins no character.
    return false;
  }
}

/** A part of the file with keys of its own, all of which may be left out. Unknown keys are an issue of their own. */
export function section<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, { error: 'a section with keys' });
}

/** A section of texts, whose keys are names that the user chooses. */
export function textsByName(expected: string) {
  return z
    .record(z.string(), z.string({ error: 'a text (put quotes around numbers)' }), { error: expected })
    .default(() => ({}))
    .meta({ expected });
}

/** A section whose keys are names that the user chooses. */
export function named<V extends z.ZodType>(
  value: V,
  name = /^[\w.-]{1,64}$/u,
  reserved: readonly string[] = [],
) {
  const besides = reserved.length === 0 ? '' : ` (not ${reserved.join(' or ')})`;
  const expected = `a name of at most 64 letters, digits, dots, dashes or underscores${besides}`;
  const key = z
    .string()
    .regex(name)
    .refine((chosen) => !reserved.includes(chosen));
  return z
    .record(key, value, {
      error: (issue) => (issue.code === 'invalid_key' ? expected : 'a section with names as keys'),
    })
    .default(() => ({}));
}
