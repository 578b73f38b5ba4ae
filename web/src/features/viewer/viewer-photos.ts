// The photos of an album as the viewer walks through them: older ones come in at the end, and nothing before.

import type { Album } from '../../lib/photos/album';
import type { Photo } from '../../lib/api/types';

/** With so few photos left, more are read. */
const AHEAD = 20;

export class ViewerPhotos {
  photos: Photo[];

  constructor(readonly album: Album) {
    this.photos = album.photos;
  }

  indexOf(share: number): number {
    return this.photos.findIndex((photo) => photo.share_id === share);
  }

  /** Sees to it that some photos follow the one at an index, as far as there are any. Tells whether any came in. */
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

  /** Takes in what was read beyond the last photo, by whomever. */
  #takeOlder(): void {
    const last = this.photos.at(-1)?.share_id ?? 0;
    this.photos = [...this.photos, ...this.album.photos.filter((photo) => photo.share_id < last)];
  }
}
