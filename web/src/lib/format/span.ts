// A length of time, in the largest unit that it fills.

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Rounded to whole units: `3 hours`, `25 hours`, `2 days`. */
export function span(seconds: number, locale: string): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length && seconds % length === 0) ?? UNITS.find(([, length]) => seconds >= 2 * length) ?? ['second' as const, 1];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(seconds / length);
}
