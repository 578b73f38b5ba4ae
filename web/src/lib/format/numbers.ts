// Numbers as the reader writes them.

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A number of bytes in the unit that suits it. */
export function bytes(count: number, locale: string): string {
  const step = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** step;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    // In short, bytes have no plural.
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

/** A part of a whole (0 to 1) in percent. */
export function percent(part: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(part);
}

/** A number of pixels in millions, as cameras count them. */
export function megapixels(count: number, locale: string): string {
  const value = count / 1_000_000;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** A number of new things: the server counts no further than to 100. */
export function countOf(n: number): string {
  return n >= 100 ? '99+' : String(n);
}
