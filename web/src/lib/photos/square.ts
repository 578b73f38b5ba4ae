// A square of a picture as a small file: what shows a person or a space.

import { HEAD, kindOf } from './file-type';

/** The sides of what is sent, at most. The server keeps 400 pixels. */
const MAX_SIDE = 512;

export interface Opened {
  /** Upright, as the camera was held. */
  image: HTMLImageElement;
  /** Frees what it takes. */
  close: () => void;
}

/** The picture in a file; null if this browser can't show it. */
export async function openPicture(file: Blob): Promise<Opened | null> {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  const close = () => URL.revokeObjectURL(image.src);
  try {
    await image.decode();
    if (image.naturalWidth > 0 && image.naturalHeight > 0) return { image, close };
  } catch {
    // It isn't a picture, or one of a kind that this browser doesn't know.
  }
  close();
  return null;
}

/** Whether it is a photo that the server may read though this browser can't. */
export async function isForeign(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  return kindOf(head) !== null;
}

/** A square of a picture as a JPEG. */
export async function cut(image: HTMLImageElement, { x, y, side }: { x: number; y: number; side: number }): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.max(1, Math.min(MAX_SIDE, Math.round(side)));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas');
  context.imageSmoothingQuality = 'high';
  // What shines through is white, as on paper.
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, x, y, side, side, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
  if (!blob) throw new Error('this browser made no picture');
  return blob;
}
