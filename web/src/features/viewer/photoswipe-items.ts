// Photos as the viewer takes them.

import { localPath } from '../../lib/api/local-path';
import type { Photo } from '../../lib/api/types';
import { dayOfFile } from '../../lib/format/time';

export interface ViewerItem {
  /** What isn't a picture is for `video-content.ts`. */
  type: 'image' | 'video';
  src: string;
  /** What is tried where `src` can't be played: the video itself behind its rendition. */
  original: string | null;
  /** What is shown until `src` is loaded; nothing of a video without a poster. */
  msrc: string;
  /** The picture of a video before it plays. */
  poster: string | null;
  width: number;
  height: number;
  alt: string;
  /** Where it comes from may show only a part of it. */
  thumbCropped: true;
}

/** The way to the photo before; turned round, to the next. */
export const ARROW =
  '<svg class="arrow" viewBox="0 0 24 24" width="32" height="32" aria-hidden="true"><path d="m15 18-6-6 6-6"/></svg>';

/** From this height of the window on, a photo is between the bars, not under them. */
const HIGH = 520;

/** The height that the bars take of a window of some height, also with two lines of text and a large font. */
export function roomAround(height: number): { top: number; bottom: number; left: number; right: number } {
  if (height < HIGH) return { top: 0, bottom: 0, left: 0, right: 0 };
  const letters = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { top: 60, bottom: 7 * letters, left: 0, right: 0 };
}

/** The large preview, shown as large as the photo itself is; a video, which is played. */
export function itemOf(photo: Photo, alt: string): ViewerItem {
  const { width, height, previews, kind, url, poster_url, rendition_url } = photo.image;
  const shown = { width, height, alt, thumbCropped: true } as const;
  if (kind === 'video') {
    const poster = poster_url === null ? null : localPath(previews.large.url);
    const msrc = poster_url === null ? '' : localPath(previews.small.url);
    const original = rendition_url === null ? null : localPath(url);
    return { ...shown, type: 'video', src: localPath(rendition_url ?? url), original, msrc, poster };
  }
  const [src, msrc] = [localPath(previews.large.url), localPath(previews.small.url)];
  return { ...shown, type: 'image', src, original: null, msrc, poster: null };
}

/** The file name of a downloaded photo: where it is from, when, and which it is. */
export function fileName(photo: Photo, space: string): string {
  const ending = localPath(photo.image_url).match(/\.(\w+)(\?|$)/)?.[1] ?? 'jpg';
  const place = space.replace(/[^\p{L}\p{M}\p{N}_-]+/gu, ' ').trim();
  return [place, dayOfFile(photo.timestamp), photo.image.id].filter(Boolean).join(' ') + `.${ending}`;
}
