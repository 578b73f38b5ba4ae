// Times as people say them.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment as the server writes it. A server for clients of the original system says no zone; it is UTC all the same. */
export function moment(timestamp: string): Date {
  return new Date(/T[\d:.]+$/.test(timestamp) ? `${timestamp}Z` : timestamp);
}

/** The day of a moment by the clock here, as file names have it: 2026-05-20. */
export function dayOfFile(timestamp: string): string {
  const here = moment(timestamp);
  return [here.getFullYear(), here.getMonth() + 1, here.getDate()].map((part) => `${part}`.padStart(2, '0')).join('-');
}

/** How long ago, for the last days, then the date. `justNow` is the word for the last seconds. */
export function relative(timestamp: string, now: number, locale: string, justNow: string): string {
  const then = moment(timestamp);
  // A slow clock must not put past events into the future.
  const seconds = Math.max(0, (now - then.getTime()) / 1000);
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (seconds < MINUTE) return justNow;
  if (seconds < HOUR) return ago.format(-Math.floor(seconds / MINUTE), 'minute');
  const days = daysBetween(then, new Date(now));
  if (days === 0 || seconds < 6 * HOUR) return ago.format(-Math.floor(seconds / HOUR), 'hour');
  if (days < 7) return ago.format(-days, 'day');
  const sameYear = then.getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: sameYear ? 'long' : 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(then);
}

/** The full date and time. */
export function exact(timestamp: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }).format(moment(timestamp));
}

/** The day, in full. */
export function day(timestamp: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(moment(timestamp));
}

/** The day on which a photo was taken, by the clock of where that was. */
export function takenDay(takenAt: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${takenAt.slice(0, 10)}T12:00:00Z`));
}

/** A month that is written `YYYY-MM`, as a heading. */
export function monthTitle(month: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-15T12:00:00Z`));
}

/** How many midnights lie between two moments. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(to) - midnight(from)) / (DAY * 1000));
}
