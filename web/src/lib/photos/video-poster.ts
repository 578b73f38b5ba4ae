// The picture that a video is shown by before it plays, made by the browser that shares it.

export interface Poster {
  /** A JPEG; null where this browser can't show the video, or shows nothing of it. */
  picture: Blob | null;
  /** As shown; of a video that isn't shown, a usual size. */
  width: number;
  height: number;
}

/** How long a browser may take to show a picture of a video. */
const TIMEOUT_MS = 6000;
/** No picture for a feed needs more pixels on a side. */
const LONGEST = 1920;
/** Anything darker, on average of 0 to 255, is taken for the black before a video begins. */
const DARK = 12;
/** A size for a video that can't be looked at, as most have it. */
const UNSEEN = { picture: null, width: 1920, height: 1080 };

/** Makes the poster of a video. */
export async function posterOf(file: Blob): Promise<Poster> {
  const video = document.createElement('video');
  const url = URL.createObjectURL(file);
  try {
    return await within(TIMEOUT_MS, draw(video, url));
  } catch {
    return UNSEEN;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

async function draw(video: HTMLVideoElement, url: string): Promise<Poster> {
  // On iPhones, nothing is decoded of a video that isn't muted and inline, or whose place wasn't looked for.
  video.muted = true;
  video.playsInline = true;
  video.preload = 'auto';
  video.src = url;
  video.load();
  await once(video, 'loadeddata');
  // A browser that supports the sound and not the picture plays the sound and reports no error.
  if (video.videoWidth === 0) return UNSEEN;
  const long = Number.isFinite(video.duration) ? video.duration : 1;
  let canvas = await frameAt(video, Math.min(0.5, long / 2));
  if (isDark(canvas)) {
    const later = await frameAt(video, long / 4);
    if (!isDark(later)) canvas = later;
  }
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
  return { picture, width: video.videoWidth, height: video.videoHeight };
}

async function frameAt(video: HTMLVideoElement, seconds: number): Promise<HTMLCanvasElement> {
  const there = once(video, 'seeked');
  video.currentTime = seconds;
  await there;
  const canvas = document.createElement('canvas');
  const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function isDark(canvas: HTMLCanvasElement): boolean {
  const small = document.createElement('canvas');
  small.width = small.height = 16;
  const context = small.getContext('2d', { willReadFrequently: true });
  if (!context) return false;
  context.drawImage(canvas, 0, 0, 16, 16);
  const { data } = context.getImageData(0, 0, 16, 16);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  return sum / (16 * 16 * 3) < DARK;
}

const once = (video: HTMLVideoElement, event: 'loadeddata' | 'seeked') =>
  new Promise<void>((resolve, reject) => {
    video.addEventListener(event, () => resolve(), { once: true });
    video.addEventListener('error', () => reject(new Error('a video that this browser does not show')), { once: true });
  });

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a video took too long')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
