// A photo that was chosen: can it be shared, and how large is it?

import type { ServerInfo } from '../api/types';
import { convert } from './convert';
import { HEAD, kindOf, type Kind } from './file-type';

export interface Picture {
  file: Blob;
  name: string;
  /** For `<img>`; to be given back with `URL.revokeObjectURL`. Empty where this browser can't show the photo, as most can't show a
  HEIC, of which the server makes a JPEG. */
  url: string;
  width: number;
  height: number;
  /** It is sent smaller than it was, because this browser can't do more. */
  shrunk: boolean;
}

export type PhotoProblem =
  | { reason: 'type' | 'gone' | 'empty' }
  | { reason: 'size'; bytes: number; max: number }
  | { reason: 'pixels'; pixels: number; max: number };

const HEIC = 'image/heic';
/** A size for what can't be looked at, as most photos have it. */
const UNSEEN = { width: 4000, height: 3000 };

/** Looks at a file before it is sent. What this browser can show but the server doesn't take becomes a JPEG. */
export async function look(file: File, server: ServerInfo | null): Promise<Picture | PhotoProblem> {
  const head = await read(file.slice(0, HEAD));
  if (!head) return { reason: 'gone' };
  if (head.length === 0) return { reason: 'empty' };
  const kind = kindOf(head);
  const limits = server?.limits;
  const pixels = (kind?.width ?? 0) * (kind?.height ?? 0);
  if (limits && pixels > maxPixels(kind, limits)) return { reason: 'pixels', pixels, max: maxPixels(kind, limits) };
  let blob: Blob = file;
  let shrunk = false;
  let sent = kind;
  if (server && !(kind && server.photo_types.includes(kind.type))) {
    const converted = await convert(file, server.limits.photo_bytes);
    if (!converted) return { reason: 'type' };
    ({ blob, shrunk } = converted);
    sent = { type: blob.type, width: null, height: null };
  }
  if (limits && blob.size > limits.photo_bytes) return { reason: 'size', bytes: blob.size, max: limits.photo_bytes };
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    if (!(await isThere(file))) return { reason: 'gone' };
    const isForServer = blob === file && kind?.type === HEIC && server?.photo_types.includes(HEIC);
    return isForServer ? { file, name: file.name, url: '', ...UNSEEN, shrunk: false } : { reason: 'type' };
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  const max = limits ? maxPixels(sent, limits) : Infinity;
  if (width * height > max) {
    URL.revokeObjectURL(url);
    return { reason: 'pixels', pixels: width * height, max };
  }
  return { file: blob, name: file.name, url, width, height, shrunk };
}

/** How many pixels a photo of this kind may have. */
export function maxPixels(kind: Kind | null, limits: ServerInfo['limits']): number {
  const isSequential = kind?.type === 'image/jpeg' && !kind.progressive;
  return isSequential ? limits.jpeg_pixels : limits.photo_pixels;
}

/** Whether a file is still there as it was when it was chosen: browsers refuse to read it otherwise. */
export async function isThere(file: Blob): Promise<boolean> {
  return (await read(file.slice(0, 1))) !== null;
}

async function read(part: Blob): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await part.arrayBuffer());
  } catch {
    return null;
  }
}

/** Width by height as shown in the feed: its own, between 4:5 and 2:1. */
export function shownProportion({ width, height }: { width: number; height: number }): number {
  return Math.min(2, Math.max(0.8, width / height));
}

/** So few pixels that they are shown as they are, and not made larger. */
export const isTiny = ({ width, height }: { width: number; height: number }): boolean => Math.max(width, height) < 128;

/** The files among what was dropped or pasted. */
export function filesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}
