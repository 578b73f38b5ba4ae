// Generated landscapes: photos for the screenshots of the app.

import { png } from './png.ts';

type Colour = [number, number, number];

export interface Scene {
  sky: [Colour, Colour];
  hills: Colour[];
  /** The position of the sun, in fractions of the width and the height. */
  sun: [number, number];
}

export const SCENES = {
  morning: { sky: [[120, 170, 215], [252, 226, 190]], hills: [[132, 160, 150], [86, 128, 98], [52, 92, 60]], sun: [0.72, 0.42] },
  evening: { sky: [[68, 62, 118], [250, 150, 98]], hills: [[116, 78, 110], [74, 52, 88], [38, 30, 56]], sun: [0.3, 0.56] },
  winter: { sky: [[150, 180, 205], [236, 240, 244]], hills: [[186, 202, 216], [214, 224, 232], [242, 245, 248]], sun: [0.85, 0.25] },
} satisfies Record<string, Scene>;

const mix = (from: Colour, to: Colour, part: number): Colour =>
  from.map((value, at) => value + ((to[at] ?? 0) - value) * part) as Colour;

/** The height of a ridge at `x`, in fractions of the height. */
const ridge = (at: number, x: number) =>
  0.5 + at * 0.15 + 0.06 * Math.sin(x * (3 + at) + at * 2) + 0.025 * Math.sin(x * (11 - at) + at * 5);

/** A square photo of a scene. */
export function landscape({ sky, hills, sun }: Scene, side = 900): Buffer {
  let line = 0;
  return png(side, () => {
    const y = line++ / side;
    const bytes = Buffer.alloc(side * 3);
    for (let column = 0; column < side; column++) {
      const x = column / side;
      const far = Math.hypot(x - sun[0], y - sun[1]);
      let colour = mix(mix(sky[0], sky[1], Math.min(1, y / 0.6)), [255, 246, 222], Math.max(0, 0.75 - far * 3));
      if (far < 0.05) colour = [255, 244, 214];
      hills.forEach((hill, at) => {
        if (y > ridge(at, x * 2)) colour = mix(hill, [255, 240, 210], Math.max(0, 0.18 - (y - ridge(at, x * 2))));
      });
      // Film has grain.
      const grain = ((column * 7919 + line * 104729) % 13) - 6;
      bytes.set(colour.map((value) => Math.max(0, Math.min(255, value + grain * 0.5))), column * 3);
    }
    return bytes;
  });
}
