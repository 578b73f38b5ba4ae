// The photos of an album as the viewer walks through them: older ones come in at the end, and nothing before.

import type { Photo, Share } from '../../lib/api/types';
import { type Album, photosOf } from '../../lib/photos/album';
import { compareBy } from '../../lib/photos/dates';

/** When only this many photos are left, more are read. */
const AHEAD = 20;

export class ViewerPhotos {
  photos: Photo[];
  /** By their ids: the album may still have them. */
  #gone = new Set<number>();

  constructor(readonly album: Album) {
    this.photos = album.photos;
  }

  /** Where a photo is; -1 if it isn't there. */
  indexOf({ image }: Photo): number {
    return this.photos.findIndex((each) => each.image.id === image.id);
  }

  /** Takes in a share as it is now, with links that are new. A photo that it had and hasn't any more is another's place: its first, for one that was
  replaced. Returns where that is; null where nothing has changed. */
  update(share: Share): number | null {
    const now = photosOf(share);
    this.photos = this.photos.map((photo) => now.find(({ image }) => image.id === photo.image.id) ?? photo);
    const isGone = ({ share_id, image }: Photo) => share_id === share.id && !now.some((photo) => photo.image.id === image.id);
    const at = this.photos.findIndex(isGone);
    const known = new Set(this.photos.map(({ image }) => image.id));
    const successor = now.find(({ image }) => !known.has(image.id));
    if (at < 0 || !successor) return null;
    this.photos = this.photos.with(at, successor);
    return at;
  }

  /** Takes photos out that are gone, unless all are. Returns where the one at an index is then, or the one that follows it if it is
  gone, and the last one if none does; null where nothing has changed. */
  drop(isGone: (photo: Photo) => boolean, at: number): number | null {
    const left = this.photos.filter((photo) => !isGone(photo));
    if (left.length === 0 || left.length === this.photos.length) return null;
    for (const { image } of this.photos.filter(isGone)) this.#gone.add(image.id);
    const before = this.photos.slice(0, at).filter((photo) => !isGone(photo)).length;
    this.photos = left;
    return Math.min(before, left.length - 1);
  }

  /** Makes sure that some photos follow the one at an index, if there are any. Returns whether any were loaded. */
  async readAhead(at: number): Promise<boolean> {
    const before = this.photos.length;
    this.#takeOlder();
    while (this.photos.length - at <= AHEAD && !this.album.isWhole) {
      await this.album.more();
      this.#takeOlder();
      if (this.album.error) break;
    }
    return this.photos.length > before;
  }

  /** Adds what was read beyond the last photo, by any caller. */
  #takeOlder(): void {
    const { photos, compare = compareBy('shared') } = this.album;
    const last = this.photos.at(-1);
    const at = photos.findIndex(({ image }) => image.id === last?.image.id);
    const older = at < 0 ? photos.filter((photo) => last && compare(photo, last) > 0) : photos.slice(at + 1);
    this.photos = [...this.photos, ...older.filter(({ image }) => !this.#gone.has(image.id))];
  }
}
