// A photo or video that was chosen: can it be shared, and how large is it?

import type { ServerInfo } from '../api/types';
import { isThere, type PhotoProblem, type Picture, read } from './chosen';
import { convert } from './convert';
import { HEAD, kindOf, type Kind, videoTypeOf } from './file-type';

const HEIC = 'image/heic';
/** A size for files that can't be read, as most photos have it. */
const UNSEEN = { width: 4000, height: 3000 };

/** Checks a file before it is sent. What this browser can show but the server doesn't accept becomes a JPEG. */
export async function look(file: File, server: ServerInfo | null): Promise<Picture | PhotoProblem> {
  const head = await read(file.slice(0, HEAD));
  if (!head) return { reason: 'gone' };
  if (head.length === 0) return { reason: 'empty' };
  const kind = kindOf(head);
  const videoType = kind ? null : videoTypeOf(head);
  if (videoType) return lookAtVideo(file, videoType, server);
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
    const isForServer = blob === file && kind?.type === HEIC && (!server || server.photo_types.includes(HEIC));
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

async function lookAtVideo(file: File, type: string, server: ServerInfo | null): Promise<Picture | PhotoProblem> {
  if (server && !server.video_types.includes(type)) return { reason: 'no_videos' };
  const max = server?.limits.video_bytes ?? Infinity;
  if (file.size > max) return { reason: 'video_size', bytes: file.size, max };
  // Large, and needed for videos alone. Where it can't be had, the video comes without a poster.
  const loaded = await import('./video-poster').catch(() => null);
  const { picture: poster, ...size } = loaded ? await loaded.posterOf(file) : { picture: null, ...UNSEEN };
  const url = poster ? URL.createObjectURL(poster) : '';
  return { file, name: file.name, url, ...size, shrunk: false, video: { poster } };
}

/** How many pixels a photo of this kind may have. */
export function maxPixels(kind: Kind | null, limits: ServerInfo['limits']): number {
  const isSequential = kind?.type === 'image/jpeg' && !kind.progressive;
  return isSequential ? limits.jpeg_pixels : limits.photo_pixels;
}
