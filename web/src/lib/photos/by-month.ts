// Photos by the month in which they were taken, or shared.

import type { Photo } from '../api/types';
import { monthTitle } from '../format/time';
import { type DatedBy, monthOf } from './dates';

export interface Month<T> {
  /** As the reader writes it: "May 2026". */
  title: string;
  photos: T[];
}

/** Photos, in the order of their time, grouped by the months of the reader's calendar; by the date when they were taken, the
calendar is that of where that was. */
export function byMonth<T extends Pick<Photo, 'timestamp'> & { media?: Photo['media'] }>(
  photos: readonly T[],
  locale: string,
  by: DatedBy = 'shared',
): Month<T>[] {
  const months = new Map<string, Month<T>>();
  for (const photo of photos) {
    const number = monthOf(photo, by);
    const known = months.get(number);
    if (known) known.photos.push(photo);
    else months.set(number, { title: monthTitle(number, locale), photos: [photo] });
  }
  return [...months.values()];
}
