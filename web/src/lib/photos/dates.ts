// The day under which a photo is listed, and the order of photos by it.

import type { Photo } from '../api/types';
import { day, moment, takenDay } from '../format/time';

/** By which date photos are listed: when they were taken, if known, or when they were shared. */
export type DatedBy = 'taken' | 'shared';

/** What a clock showed where a photo was taken, or else here when it was shared: a date as `YYYY-MM`, and as a number. */
export function monthOf(photo: Pick<Photo, 'timestamp'> & { media?: Photo['media'] }, by: DatedBy): string {
  const takenAt = by === 'taken' ? photo.media?.taken_at : null;
  if (takenAt) return takenAt.slice(0, 7);
  const shared = moment(photo.timestamp);
  return `${String(shared.getFullYear()).padStart(4, '0')}-${String(shared.getMonth() + 1).padStart(2, '0')}`;
}

/** The day when a photo was taken, or else shared, in full. */
export function dayOf({ media, timestamp }: Pick<Photo, 'media' | 'timestamp'>, locale: string): string {
  return media.taken_at ? takenDay(media.taken_at, locale) : day(timestamp, locale);
}

/** As the server orders them: by what the clock showed, whatever its zone. */
function datedAt({ media, timestamp }: Pick<Photo, 'media' | 'timestamp'>): number {
  return media.taken_at ? Date.parse(`${media.taken_at.slice(0, 19)}Z`) : moment(timestamp).getTime();
}

/** Above 0 if `a` comes after `b` in a list that begins with the newest, and 0 if both are at the same place: of one share, or
of one moment too. */
export function compareBy(by: DatedBy): (a: Photo, b: Photo) => number {
  const byShare = (a: Photo, b: Photo) => b.share_id - a.share_id;
  return by === 'shared' ? byShare : (a, b) => datedAt(b) - datedAt(a) || byShare(a, b);
}
