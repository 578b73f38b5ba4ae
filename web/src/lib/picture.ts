// A photo that was chosen: can it be shared, and how large is it?

import type { ServerInfo } from './types';

export interface Picture {
  file: Blob;
  name: string;
  /** For `<img>`; to be given back with `URL.revokeObjectURL`. */
  url: string;
  width: number;
  height: number;
}

export type Unfit = { reason: 'type' } | { reason: 'size'; bytes: number; max: number };

/** Looks at a file. What this browser can show but the server doesn't take (an iPhone's HEIC) becomes a JPEG. */
export async function look(file: File, server: ServerInfo | null): Promise<Picture | Unfit> {
  let blob: Blob = file;
  if (server && !server.photo_types.includes(file.type)) {
    const jpeg = await asJpeg(file);
    if (!jpeg) return { reason: 'type' };
    blob = jpeg;
  }
  if (server && blob.size > server.limits.photo_bytes) {
    return { reason: 'size', bytes: blob.size, max: server.limits.photo_bytes };
  }
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    return { reason: 'type' };
  }
  return { file: blob, name: file.name, url, width: image.naturalWidth, height: image.naturalHeight };
}

async function asJpeg(file: File): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(file);
    const canvas = document.createElement('canvas');
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
  } catch {
    // This browser can't show it either.
    return null;
  }
}

/** Width by height as shown in the feed: its own, between 4:5 and 2:1. */
export function shownProportion({ width, height }: { width: number; height: number }): number {
  return Math.min(2, Math.max(0.8, width / height));
}

/** The pictures among what was dropped or pasted. */
export function picturesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith('image/'));
}
