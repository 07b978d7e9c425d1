// Figures as people read them: times, spans, sizes, counts.

const twoDigits = (value: number) => String(value).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A count with thousands apart: 12,345. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `one` or `many` after the figure: "1 call", "3 calls". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Local time of day, 14:03:22. */
export function timeOfDay(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
}

/** Time of day where it is today's, else with its day: "21 Nov 14:03". */
export function shortTime(at: number, now: number): string {
  const time = new Date(at);
  if (time.toDateString() === new Date(now).toDateString()) return timeOfDay(at);
  return `${time.getDate()} ${months[time.getMonth()] ?? ''} ${timeOfDay(at).slice(0, 5)}`;
}

/** Day and time to the minute: "2026-11-21 14:03". */
export function dayAndTime(at: number): string {
  return fullTime(at).slice(0, 16);
}

/** Everything: "2026-11-21 14:03:22.048". */
export function fullTime(at: number): string {
  const time = new Date(at);
  const day = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())].join('-');
  return `${day} ${timeOfDay(at)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** How long something took, from microseconds: "412 µs", "3.2 ms", "1.4 s", "2 min 5 s". */
export function latency(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 10_000) return `${(micros / 1000).toFixed(1)} ms`;
  if (micros < 999_500) return `${Math.round(micros / 1000)} ms`;
  if (micros < 60_000_000) return `${(micros / 1_000_000).toFixed(1)} s`;
  return span(micros / 1000);
}

/** A span of milliseconds in its two largest units: "48 s", "2 min 5 s", "3 h 10 min". */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return joined(days, 'd', hours % 24, 'h');
  if (hours > 0) return joined(hours, 'h', minutes % 60, 'min');
  if (minutes > 0) return joined(minutes, 'min', seconds % 60, 's');
  return `${seconds} s`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A clock that runs down, 1:43. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/** "just now", "5 min ago". */
export function ago(at: number, now: number): string {
  const past = now - at;
  if (past < 5_000) return 'just now';
  const minutes = Math.floor(past / 60_000);
  return `${
    minutes < 1
      ? span(past)
      : span(minutes * 60_000)
          .split(' ')
          .slice(0, 2)
          .join(' ')
  } ago`;
}

/** "812 bytes", "14.2 KB", "3.1 MB". */
export function bytes(value: number): string {
  if (value < 1000) return counted(value, 'byte');
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} KB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}
