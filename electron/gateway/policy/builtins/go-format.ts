// Go's fmt.Sprintf for the three kinds of value that OPA hands to it: integers, floats and strings.
// The order of steps is that of https://pkg.go.dev/fmt, and so is what is said of wrong directives.
import { noFlags, print, typeName, type Flags, type GoValue } from './go-verbs.ts';

/** Go refuses larger widths and precisions too; memory is not a policy's to waste. */
const maxSize = 1_000_000;

/** @throws where a verb is asked for that go-verbs.ts does not supply */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let out = '';
  let at = 0;
  let next = 0;
  let reordered = false;

  for (let percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', at)) {
    out += format.slice(at, percent);
    at = percent + 1;
    out += directive();
  }
  return out + format.slice(at) + surplus();

  /** What Go says of arguments that no directive took. */
  function surplus(): string {
    if (reordered || next >= args.length) return '';
    const values = args.slice(next).map((value) => `${typeName(value)}=${print(value, 'v', noFlags())}`);
    return `%!(EXTRA ${values.join(', ')})`;
  }

  /** From behind the percent sign to behind the verb. */
  function directive(): string {
    const flags = readFlags();
    let known = argumentIndex();
    let problem = '';
    const width = size();
    if (width === 'bad') problem += '%!(BADWIDTH)';
    else if (width !== null) {
      flags.width = Math.abs(width);
      if (width < 0) flags.minus = true;
    }
    if (format[at] === '.' && at + 1 < format.length) {
      at += 1;
      known = argumentIndex() && known;
      const precision = size() ?? 0;
      if (precision === 'bad' || precision < 0) problem += '%!(BADPREC)';
      else flags.precision = precision;
    }
    known = argumentIndex() && known;
    const code = format.codePointAt(at);
    if (code === undefined) return `${problem}%!(NOVERB)`;
    const verb = String.fromCodePoint(code);
    at += verb.length;
    if (verb === '%') return `${problem}%`;
    if (!known) return `${problem}%!${verb}(BADINDEX)`;
    const value = args[next];
    if (value === undefined) return `${problem}%!${verb}(MISSING)`;
    next += 1;
    if (verb === 'v') {
      flags.sharpV = flags.sharp;
      flags.sharp = false;
      flags.plus = false;
    }
    return problem + print(value, verb, flags);
  }

  function readFlags(): Flags {
    const read = /[-+# 0]*/uy;
    read.lastIndex = at;
    const given = read.exec(format)?.[0] ?? '';
    at += given.length;
    return {
      ...noFlags(),
      plus: given.includes('+'),
      minus: given.includes('-'),
      sharp: given.includes('#'),
      space: given.includes(' '),
      zero: given.includes('0'),
    };
  }

  /** `[3]` names the argument that comes next. False where it names none. */
  function argumentIndex(): boolean {
    if (format[at] !== '[') return true;
    reordered = true;
    const end = format.indexOf(']', at);
    const number = end < 0 ? '' : format.slice(at + 1, end);
    at = end < 0 ? at + 1 : end + 1;
    const index = /^\d+$/u.test(number) ? Number(number) : 0;
    if (index < 1 || index > args.length) return false;
    next = index - 1;
    return true;
  }

  /** Width or precision: digits, or `*` for the next argument. */
  function size(): number | 'bad' | null {
    if (format[at] === '*') {
      at += 1;
      const value = args[next];
      if (value === undefined) return 'bad';
      next += 1;
      const usable = typeof value === 'bigint' && value <= BigInt(maxSize) && value >= -BigInt(maxSize);
      return usable ? Number(value) : 'bad';
    }
    const digits = /^\d*/u.exec(format.slice(at, at + 12))?.[0] ?? '';
    at += digits.length;
    return digits === '' ? null : Math.min(Number(digits), maxSize);
  }
}
