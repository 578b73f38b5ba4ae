// Pictures with known colours, and what is seen of them.

import { expect, type Locator, type Page } from '@playwright/test';

import type { PhotoFile } from './people.ts';
import { png } from './png.ts';

type Colour = 'red' | 'green' | 'blue' | 'yellow';
const COLOURS: Record<Colour, number[]> = { red: [220, 20, 20], green: [20, 160, 20], blue: [20, 20, 220], yellow: [230, 220, 20] };

/** A square in four colours: from the left, at the top and at the bottom. */
export function quarters(colours: [Colour, Colour, Colour, Colour], side = 400): PhotoFile {
  let line = 0;
  const buffer = png(side, (bytes) => {
    const [left, right] = line++ < side / 2 ? colours.slice(0, 2) : colours.slice(2);
    return Buffer.from(Array.from({ length: bytes }, (_, at) => COLOURS[(at < bytes / 2 ? left : right) ?? 'red'][at % 3] ?? 0));
  });
  return { name: 'quarters.png', mimeType: 'image/png', buffer };
}

/** A JPEG that is stored lying down, 400 by 200, red at its left and blue at its right; seen upright, red is at its top. */
export async function lying(page: Page): Promise<PhotoFile> {
  const base64 = await page.evaluate((colours) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [400, 200];
    const context = canvas.getContext('2d');
    colours.forEach(([red, green, blue], at) => {
      if (context) context.fillStyle = `rgb(${red} ${green} ${blue})`;
      context?.fillRect(at * 200, 0, 200, 200);
    });
    return canvas.toDataURL('image/jpeg', 0.95).split(',')[1] ?? '';
  }, [COLOURS.red, COLOURS.blue]);
  const jpeg = Buffer.from(base64, 'base64');
  // One entry: its orientation is 6, a quarter turn.
  const exif = Buffer.from('457869660000' + '4d4d002a00000008' + '0001' + '0112000300000001' + '00060000' + '00000000', 'hex');
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return { name: 'lying.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]) };
}

/** Nothing that this browser can show, and something that a server may. */
export const heic: PhotoFile = {
  name: 'phone.heic',
  mimeType: 'image/heic',
  buffer: Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic', 'latin1'), Buffer.alloc(400)]),
};

/** The colours of the picture that a mark shows, at fractions of its width and height. */
export async function coloursOf(mark: Locator, points: [number, number][]): Promise<(string | undefined)[]> {
  const image = mark.locator('img');
  await expect.poll(() => image.evaluate((shown) => shown instanceof HTMLImageElement && shown.naturalWidth > 0)).toBe(true);
  const seen = await image.evaluate((shown, points) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 100;
    const context = canvas.getContext('2d');
    context?.drawImage(shown as HTMLImageElement, 0, 0, 100, 100);
    return points.map(([x, y]) => [...(context?.getImageData(x * 99, y * 99, 1, 1).data ?? [])]);
  }, points);
  const far = (one: number[], other: number[]) => Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)));
  return seen.map((pixel) => Object.entries(COLOURS).find(([, colour]) => far(colour, pixel) < 60)?.[0]);
}
