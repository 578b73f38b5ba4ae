// Photos by the month in which they were shared.

import { moment, month } from '../format/time';

export interface Month<T> {
  /** As the reader writes it: "May 2026". */
  title: string;
  photos: T[];
}

/** Photos, in the order of their time, grouped by the months of the reader's calendar. */
export function byMonth<T extends { timestamp: string }>(photos: readonly T[], locale: string): Month<T>[] {
  const months = new Map<number, Month<T>>();
  for (const photo of photos) {
    const date = moment(photo.timestamp);
    const number = date.getFullYear() * 12 + date.getMonth();
    const known = months.get(number);
    if (known) known.photos.push(photo);
    else months.set(number, { title: month(photo.timestamp, locale), photos: [photo] });
  }
  return [...months.values()];
}
