// Turns what this browser can show but the server doesn't accept (an iPhone's HEIC, an AVIF) into what it accepts.

/** The most pixels of a canvas on older iPhones; beyond it they make an empty one and say nothing. */
const SURE = 4096 * 4096;
/** The size at which transparency is checked. */
const SAMPLE = 96;

export interface Converted {
  blob: Blob;
  /** It is smaller than the file was, because this browser can't do more. */
  shrunk: boolean;
}

/** A JPEG of a file, or a PNG if something shines through it and that has at most `most` bytes; null if this browser can't
show it. */
export async function convert(file: Blob, most: number): Promise<Converted | null> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  try {
    const clear = isClear(bitmap);
    for (const scale of [1, Math.sqrt(SURE / (bitmap.width * bitmap.height))]) {
      if (scale > 1) break;
      const canvas = drawn(bitmap, scale, clear);
      if (!canvas) continue;
      const png = clear ? await encoded(canvas, 'image/png') : null;
      const blob = png && png.size <= most ? png : await encoded(clear ? onWhite(canvas) : canvas, 'image/jpeg');
      if (blob) return { blob, shrunk: scale < 1 };
    }
    return null;
  } finally {
    bitmap.close();
  }
}

function canvasOf(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D | null] {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(width));
  canvas.height = Math.max(1, Math.floor(height));
  return [canvas, canvas.getContext('2d')];
}

/** The picture on a canvas; null if the canvas stayed empty, as it does where it is too large for the browser. */
function drawn(bitmap: ImageBitmap, scale: number, clear: boolean): HTMLCanvasElement | null {
  const [canvas, context] = canvasOf(bitmap.width * scale, bitmap.height * scale);
  if (!context) return null;
  try {
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    if (clear) return canvas;
    const [, , , alpha = 0] = context.getImageData(canvas.width - 1, canvas.height - 1, 1, 1).data;
    return alpha === 0 ? null : canvas;
  } catch {
    return null;
  }
}

/** Whether something shines through. */
function isClear(bitmap: ImageBitmap): boolean {
  const [, context] = canvasOf(SAMPLE, SAMPLE);
  if (!context) return false;
  context.drawImage(bitmap, 0, 0, SAMPLE, SAMPLE);
  const { data } = context.getImageData(0, 0, SAMPLE, SAMPLE);
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 250) return true;
  return false;
}

function onWhite(picture: HTMLCanvasElement): HTMLCanvasElement {
  const [canvas, context] = canvasOf(picture.width, picture.height);
  if (!context) return picture;
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0);
  return canvas;
}

const encoded = (canvas: HTMLCanvasElement, type: string) =>
  new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.92));
