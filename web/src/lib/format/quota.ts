// A quota as people write it: in gigabytes.

const GB = 1_000_000_000;

/** The bytes of a number of gigabytes, as in `10`, `2.5` or `2,5`; null if it isn't a number above 0 that a quota can be. */
export function bytesOf(text: string): number | null {
  const written = text.trim().replace(',', '.');
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(written)) return null;
  const bytes = Math.round(Number(written) * GB);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

/** The number of gigabytes, to be changed. */
export function gigabytes(bytes: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 9, useGrouping: false }).format(bytes / GB);
}
