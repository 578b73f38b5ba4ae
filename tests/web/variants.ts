// Unusually encoded pictures, made when they are needed.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { pictures } from './people.ts';
import { chunk } from './png.ts';

const [WIDTH, HEIGHT] = [600, 400];
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function numbers(bytes: 2 | 4, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(bytes * values.length);
  values.forEach((value, at) => (bytes === 2 ? buffer.writeUInt16BE(value, 2 * at) : buffer.writeInt32BE(value, 4 * at)));
  return buffer;
}

/** Gradients from side to side and from top to bottom, with these channels of red, green, blue and alpha. */
function lines(pixel: (red: number, green: number, blue: number) => number[]): Buffer {
  const rows = [];
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = [0];
    for (let x = 0; x < WIDTH; x += 1) {
      row.push(...pixel((x * 255) / (WIDTH - 1), (y * 255) / (HEIGHT - 1), ((x + y) * 255) / (WIDTH + HEIGHT - 2)).map(Math.round));
    }
    rows.push(Buffer.from(row));
  }
  return deflateSync(Buffer.concat(rows));
}

const RGB = lines((...colours) => colours);
const GREY = lines((_red, _green, blue) => [blue]);
const GLASS = lines((...colours) => [...colours, 160]);

/** A PNG with more chunks before and after its pixels. */
function png(before: Buffer[], [kind, data]: [number, Buffer] = [2, RGB], behind: Buffer[] = []): Buffer {
  const header = chunk('IHDR', Buffer.concat([numbers(4, WIDTH, HEIGHT), Buffer.from([8, kind, 0, 0, 0])]));
  return Buffer.concat([SIGNATURE, header, ...before, chunk('IDAT', data), ...behind, chunk('IEND', Buffer.alloc(0))]);
}

const gamma = (value: number) => chunk('gAMA', numbers(4, value));
const codePoints = (...values: number[]) => chunk('cICP', Buffer.from([...values, 0, 1]));
const SRGB = chunk('sRGB', Buffer.from([0]));
/** White, red, green and blue of Display P3. */
const P3 = chunk('cHRM', numbers(4, 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000));

/** A block of EXIF with or without an orientation. */
function exif(orientation: number | null): Buffer {
  const entry = orientation === null ? [0x0131, 2, 0, 1, 0x41000000] : [0x0112, 3, 0, 1, orientation * 0x10000];
  const [tag = 0, kind = 0, , count = 0, value = 0] = entry;
  return Buffer.concat([
    Buffer.from('MM\0*', 'latin1'),
    numbers(4, 8),
    numbers(2, 1, tag, kind),
    numbers(4, count, value, 0),
  ]);
}

function segment(marker: number, ...content: Buffer[]): Buffer {
  const all = Buffer.concat(content);
  return Buffer.concat([Buffer.from([0xff, marker]), numbers(2, all.length + 2), all]);
}

const behindStart = (jpeg: Buffer, ...segments: Buffer[]) => Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
const app1 = (orientation: number | null) => segment(0xe1, Buffer.from('Exif\0\0', 'latin1'), exif(orientation));

/** The segments of a JPEG up to its pixels, without those of these kinds. */
function without(jpeg: Buffer, ...markers: number[]): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (!markers.includes(jpeg[at + 1] ?? 0)) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, jpeg.subarray(at)]);
}

const WHITE = [63190, 65536, 54061];
const place = (...values: number[]) => Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), numbers(4, ...values)]);

/** A colour profile with these tags and, as all have, a name and a notice. */
function profile(kind: string, more: [string, Buffer][]): Buffer {
  const name = Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x05name\0', 'latin1'), Buffer.alloc(78)]);
  const notice = Buffer.from('text\0\0\0\0none\0', 'latin1');
  const tags: [string, Buffer][] = [['cprt', notice], ['desc', name], ['wtpt', place(...WHITE)], ...more];
  let end = 128 + 4 + 12 * tags.length;
  const [list, data] = [[numbers(4, tags.length)], [] as Buffer[]];
  for (const [tag, content] of tags) {
    list.push(Buffer.from(tag, 'latin1'), numbers(4, end, content.length));
    const filled = Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
    data.push(filled);
    end += filled.length;
  }
  const header = Buffer.alloc(128);
  header.writeInt32BE(end, 0);
  header.set([2, 0x40], 8);
  header.write(kind, 12, 'latin1');
  header.set(numbers(2, 2026, 1, 1, 0, 0, 0), 24);
  header.write('acsp', 36, 'latin1');
  header.set(numbers(4, ...WHITE), 68);
  return Buffer.concat([header, ...list, ...data]);
}

/** The profile of a screen: its primaries, and its gamma in 256ths. */
function screen(gammaIn256ths: number, red: number[], green: number[], blue: number[]): Buffer {
  const curve = Buffer.concat([Buffer.from('curv\0\0\0\0', 'latin1'), numbers(4, 1), numbers(2, gammaIn256ths)]);
  const lights: [string, number[]][] = [['r', red], ['g', green], ['b', blue]];
  return profile(
    'mntrRGB XYZ ',
    lights.flatMap(([light, at]): [string, Buffer][] => [
      [`${light}XYZ`, place(...at.map((value) => Math.round(value * 65536)))],
      [`${light}TRC`, curve],
    ]),
  );
}

/** The profile of an invented press: inks in a table, with colour casts and little contrast. */
function press(): Buffer {
  const side = 7;
  const steps = Array.from({ length: side }, (_, at) => at / (side - 1));
  const grid: number[] = [];
  const clamped = (value: number) => Math.round(Math.min(Math.max(value, 0), 255));
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  for (const c of steps) for (const m of steps) for (const y of steps) for (const k of steps) {
    const dark = 1 - 0.9 * k;
    const r = (1 - 0.85 * c ** 0.8) * (1 - 0.15 * m) * (1 - 0.05 * y) * dark;
    const g = (1 - 0.25 * c) * (1 - 0.85 * m ** 0.8) * (1 - 0.1 * y) * dark;
    const b = (1 - 0.1 * c) * (1 - 0.3 * m) * (1 - 0.85 * y ** 0.8) * dark;
    const fx = f((0.4361 * r + 0.3851 * g + 0.1431 * b) / 0.9642);
    const fy = f(0.2225 * r + 0.7169 * g + 0.0606 * b);
    const fz = f((0.0139 * r + 0.0971 * g + 0.7141 * b) / 0.8249);
    grid.push(clamped((116 * fy - 16) * 2.55), clamped(500 * (fx - fy) + 128), clamped(200 * (fy - fz) + 128));
  }
  const straight = Array.from({ length: 256 }, (_, at) => at);
  const table = Buffer.concat([
    Buffer.from('mft1\0\0\0\0', 'latin1'),
    Buffer.from([4, 3, side, 0]),
    numbers(4, 65536, 0, 0, 0, 65536, 0, 0, 0, 65536),
    Buffer.from([...Array.from({ length: 4 }, () => straight).flat(), ...grid, ...Array.from({ length: 3 }, () => straight).flat()]),
  ]);
  return profile('prtrCMYKLab ', [['A2B0', table]]);
}

/** A GIF of one picture of 12 by 9 pixels on a screen of 6 by 4, each pixel 40 times as large. */
function gif(scale: number): Buffer {
  const [columns, rows] = [12, 9];
  const little = (value: number) => [value & 255, value >> 8];
  const palette = Array.from({ length: 128 }, (_, at) => [2 * at, 255 - 2 * at, (at * 37) % 256]).flat();
  // Codes of eight bits, cleared before they would need nine.
  const codes: number[] = [];
  for (let y = 0; y < rows * scale; y += 1) {
    for (let x = 0; x < columns * scale; x += 1) {
      if ((y * columns * scale + x) % 100 === 0) codes.push(128);
      codes.push((Math.floor(y / scale) * columns + Math.floor(x / scale)) % 128);
    }
  }
  codes.push(129);
  const blocks: number[] = [];
  for (let at = 0; at < codes.length; at += 255) {
    const block = codes.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  const screen = [...little(6 * scale), ...little(4 * scale), 0xf6, 0, 0];
  const place = [0x2c, 0, 0, 0, 0, ...little(columns * scale), ...little(rows * scale), 0, 7];
  return Buffer.concat([Buffer.from('GIF89a', 'latin1'), Buffer.from([...screen, ...palette, ...place, ...blocks, 0, 0x3b])]);
}

/** All of them, named by what is special about each. */
export async function variants(): Promise<Map<string, Buffer>> {
  const sample = (name: string) => readFile(join(pictures, name));
  const inks = without(await sample('cmyk.jpg'), 0xe1, 0xe2);
  const progressive = without(await sample('progressive.jpg'), 0xe1);
  const plain = without(progressive, 0xe2);
  const app2 = (icc: Buffer) => segment(0xe2, Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc);
  const p3 = screen(563, [0.51512, 0.2412, -0.00105], [0.29198, 0.69225, 0.04189], [0.1571, 0.06657, 0.78407]);
  const adobe = screen(563, [0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]);
  const iccp = chunk('iCCP', Buffer.concat([Buffer.from('name\0\0', 'latin1'), deflateSync(p3)]));
  return new Map([
    ['plain.png', png([])],
    ['linear.png', png([gamma(100_000)])],
    ['gamma-of-sRGB.png', png([gamma(45_455)])],
    ['nearly-gamma-of-sRGB.png', png([gamma(47_000)])],
    ['gamma-of-old-macs.png', png([gamma(55_556)])],
    ['gamma-and-P3.png', png([gamma(45_455), P3])],
    ['P3-alone.png', png([P3])],
    ['sRGB-before-gamma.png', png([SRGB, gamma(100_000), P3])],
    ['no-gamma.png', png([gamma(0)])],
    ['linear-grey.png', png([gamma(100_000)], [0, GREY])],
    ['linear-glass.png', png([gamma(100_000)], [6, GLASS])],
    ['code-points-P3.png', png([codePoints(12, 13)])],
    ['code-points-before-gamma.png', png([gamma(100_000), codePoints(12, 13)])],
    ['code-points-unknown.png', png([gamma(100_000), codePoints(2, 2)])],
    ['code-points-2020.png', png([codePoints(9, 14)])],
    ['code-points-linear.png', png([codePoints(1, 8)])],
    ['code-points-grey.png', png([codePoints(1, 8)], [0, GREY])],
    // Brighter than white paper: two kinds of HDR.
    ['code-points-PQ.png', png([codePoints(9, 16)])],
    ['code-points-HLG.png', png([codePoints(9, 18)])],
    ['code-points-HLG-P3.png', png([codePoints(12, 18)])],
    ['code-points-PQ-glass.png', png([codePoints(9, 16)], [6, GLASS])],
    ['profile-of-P3.png', png([iccp])],
    ['profile-before-gamma.png', png([iccp, gamma(100_000)])],
    ['code-points-before-profile.png', png([iccp, codePoints(1, 8)])],
    ['profile-of-adobe.jpg', behindStart(plain, app2(adobe))],
    ['turned.png', png([chunk('eXIf', exif(6))])],
    ['turned-behind-its-pixels.png', png([], [2, RGB], [chunk('eXIf', exif(6))])],
    ['turned-twice.png', png([chunk('eXIf', exif(6)), chunk('eXIf', exif(3))])],
    ['inks.jpg', inks],
    ['inks-of-a-press.jpg', behindStart(inks, app2(press()))],
    ['turned-twice.jpg', behindStart(progressive, app1(6), app1(3))],
    ['turned-the-second-time.jpg', behindStart(progressive, app1(null), app1(6))],
    ['turned.webp', await sample('cat.webp')],
    ['larger-than-its-screen.gif', gif(40)],
  ]);
}
