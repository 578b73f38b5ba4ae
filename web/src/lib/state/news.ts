// What may have changed, for what shows it.

import type { Happening } from '../api/events/messages';

/** Something has happened; or anything may have, so that all that is shown has to be read again. */
export type News = Happening | { kind: 'anything'; data?: undefined };

/** Whether it is about a share, its photos or what is said to it. */
export function isAbout({ kind, data }: News, share: number): boolean {
  if (data && 'share_id' in data) return data.share_id === share;
  return kind.startsWith('share.') && data !== undefined && 'id' in data && data.id === share;
}

/** Whether there may be other photos in a space, or more to see of them. */
export function changesPhotos({ kind, data }: News, space: number): boolean {
  if (data?.space_id !== space) return false;
  return kind === 'share.created' ? data.media.length > 0 : kind === 'media.ready' || kind.startsWith('share.');
}

/** Whether something is gone, and with it what was told of it. */
export function isGoing({ kind }: News): boolean {
  return kind === 'share.deleted' || kind === 'comment.deleted' || kind === 'space.deleted' || kind === 'member.left';
}
