// The blurred likeness of a photo, drawn from its thumbhash.

import { thumbHashToRGBA } from 'thumbhash';

/** Draws it on the canvas that this is attached to. */
export function paint(hash: string) {
  return (canvas: HTMLCanvasElement): void => {
    const pixels = decode(hash);
    if (!pixels) return;
    canvas.width = pixels.w;
    canvas.height = pixels.h;
    canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(pixels.rgba), pixels.w, pixels.h), 0, 0);
  };
}

/** Its pixels; null if the hash is invalid. */
export function decode(hash: string): { w: number; h: number; rgba: Uint8Array } | null {
  try {
    const pixels = thumbHashToRGBA(Uint8Array.from(atob(hash), (sign) => sign.charCodeAt(0)));
    return pixels.w > 0 && pixels.h > 0 ? pixels : null;
  } catch {
    // A place without a likeness is a place still.
    return null;
  }
}
