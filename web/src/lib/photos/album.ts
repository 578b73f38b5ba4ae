// The photos of shares, as the viewer takes them.

import type { Photo, Share } from '../api/types';

/** Photos in a row. Some may not have been read yet. */
export interface Album {
  /** Newest first. */
  readonly photos: Photo[];
  readonly isWhole: boolean;
  /** Why more couldn't be read. */
  readonly error: unknown;
  /** Reads some more. */
  more(): Promise<void>;
  /** Above 0 if `a` comes after `b`; without it, they are in the order of their shares. */
  readonly compare?: (a: Photo, b: Photo) => number;
  /** Which it has, if not all. */
  readonly kinds?: Photo['media']['kind'] | null;
}

/** Shares in a row: the feed, for one. */
interface Shares extends Omit<Album, 'photos'> {
  readonly shares: Share[];
}

/** The photos of all shares that have one and are shown, as far as the shares have been read. */
export function albumOf(shares: Shares, isShown: (share: Share) => boolean): Album {
  return {
    get photos() {
      return shares.shares.filter(isShown).flatMap(photosOf);
    },
    get isWhole() {
      return shares.isWhole;
    },
    get error() {
      return shares.error;
    },
    more: () => shares.more(),
  };
}

/** The photos of one share alone. */
export function albumOfShare(share: Share): Album {
  return { photos: photosOf(share), isWhole: true, error: null, more: () => Promise.resolve() };
}

/** The photos of a share, in its order. */
export function photosOf({ id, media, timestamp, user }: Share): Photo[] {
  return media.map((medium) => ({ share_id: id, image_url: medium.url, image: medium, media: medium, timestamp, user }));
}
