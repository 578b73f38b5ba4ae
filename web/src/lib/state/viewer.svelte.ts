// Which photo is shown over the whole screen, if any. It can be opened from anywhere; the shell shows it.

import type { Photo, Space } from '../api/types';
import type { Album } from '../photos/album';

/** A photo to look at, and those on either side of it. */
interface Shown {
  space: Space;
  album: Album;
  first: Photo;
}

export class Viewer {
  shown = $state.raw<Shown | null>(null);

  /** Opens it at a photo of an album, unless it is open. It comes out of the element of the page that has `data-photo` with
  the number of that photo, and goes back into that of the photo which is shown at the end. */
  open(space: Space, album: Album, first: Photo): void {
    this.shown ??= { space, album, first };
  }

  close(): void {
    this.shown = null;
  }
}
