// Photos as the viewer wants them.

import { hereOf } from './address';
import type { Photo } from './types';

export interface Slide {
  src: string;
  /** What stands there until `src` is loaded. */
  msrc: string;
  width: number;
  height: number;
  alt: string;
  /** Where it comes from may show only a part of it. */
  thumbCropped: true;
}

/** The large preview, shown as large as the photo itself is. */
export function slideOf(photo: Photo, alt: string): Slide {
  const { width, height, previews } = photo.image;
  const src = hereOf(previews.large.url);
  return { src, msrc: hereOf(previews.small.url), width, height, alt, thumbCropped: true };
}

/** What a photo is called when it is kept: where it is from, when, and which it is. */
export function fileName(photo: Photo, space: string): string {
  const ending = hereOf(photo.image_url).match(/\.(\w+)(\?|$)/)?.[1] ?? 'jpg';
  const place = space.replace(/[^\p{L}\p{M}\p{N}_-]+/gu, ' ').trim();
  return [place, photo.timestamp.slice(0, 10), photo.share_id].filter(Boolean).join(' ') + `.${ending}`;
}
