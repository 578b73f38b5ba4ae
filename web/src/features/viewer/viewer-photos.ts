// The photos of an album as the viewer walks through them: older ones come in at the end, and nothing before.

import type { Photo, Share } from '../../lib/api/types';
import { type Album, photosOf } from '../../lib/photos/album';
import { compareBy } from '../../lib/photos/dates';

/** When only this many photos are left, more are read. */
const AHEAD = 20;

export class ViewerPhotos {
  photos: Photo[];

  constructor(readonly album: Album) {
    this.photos = album.photos;
  }

  /** Where a photo is; -1 if it isn't there. */
  indexOf({ image }: Photo): number {
    return this.photos.findIndex((each) => each.image.id === image.id);
  }

  /** Takes in a share as it is now. A photo that it had and hasn't any more is another's place: its first, for one that was
  replaced. Returns where that is; null where nothing has changed. */
  update(share: Share): number | null {
    const now = photosOf(share);
    const isGone = ({ share_id, image }: Photo) => share_id === share.id && !now.some((photo) => photo.image.id === image.id);
    const at = this.photos.findIndex(isGone);
    const known = new Set(this.photos.map(({ image }) => image.id));
    const successor = now.find(({ image }) => !known.has(image.id));
    if (at < 0 || !successor) return null;
    this.photos = this.photos.with(at, successor);
    return at;
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
    this.photos = [...this.photos, ...older];
  }
}
