// How several photos share the width of a card.

import { localPath } from '../api/local-path';
import type { Image } from '../api/types';

/** The most that are seen at once. */
const MAX_SHOWN = 5;

export interface Layout {
  name: 'none' | 'one' | 'two-high' | 'two-wide' | 'three-high' | 'three-wide' | 'four' | 'five';
  /** How many are seen. */
  shown: number;
  /** How many there are besides. */
  more: number;
}

type Sized = Pick<Image, 'width' | 'height'>;

const isWide = ({ width, height }: Sized): boolean => width > height * 1.15;

/** The layout for photos of these sizes. */
export function layoutOf(photos: readonly Sized[]): Layout {
  const [first] = photos;
  const shown = Math.min(MAX_SHOWN, photos.length);
  const more = photos.length - shown;
  const named = (name: Layout['name']) => ({ name, shown, more });
  if (!first) return named('none');
  switch (shown) {
    case 1:
      return named('one');
    case 2:
      return named(photos.every(isWide) ? 'two-wide' : 'two-high');
    case 3:
      return named(isWide(first) ? 'three-wide' : 'three-high');
    case 4:
      return named('four');
    default:
      return named('five');
  }
}

/** Both previews of a photo with their widths; none for one that moves, because its small preview doesn't. */
export function sourcesOf({ animated, previews: { small, large } }: Pick<Image, 'animated' | 'previews'>): string | undefined {
  if (animated) return undefined;
  return `${localPath(small.url)} ${small.width}w, ${localPath(large.url)} ${large.width}w`;
}
