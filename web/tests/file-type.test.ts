import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { maxPixels } from '../src/lib/photos/chosen-photo';
import { kindOf } from '../src/lib/photos/file-type';
import { shareProblem } from '../src/lib/forms/share-problem';
import type { ServerInfo } from '../src/lib/api/types';

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((sign) => sign.charCodeAt(0)) : part)));

test('a JPEG is detected by its first bytes, with its size after whatever a camera puts before it', () => {
  const garden = readFileSync(join(import.meta.dirname, '../../tests/pictures/garden.jpg'));
  expect(kindOf(garden)).toMatchObject({ type: 'image/jpeg' });
  expect(kindOf(garden)?.width).toBeGreaterThan(0);
  const much = bytes([0xff, 0xd8, 0xff, 0xe1, 0x00, 0x10], 'x'.repeat(14), [0, 7], [0xff, 0xff, 0xc2, 0, 17, 8, 0x12, 0x34, 0x20, 0x01], 'x'.repeat(20));
  expect(kindOf(much)).toEqual({ type: 'image/jpeg', width: 0x2001, height: 0x1234, progressive: true });
  expect(kindOf(bytes([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff], 'x'.repeat(40)))).toEqual({ type: 'image/jpeg', width: null, height: null });
});

test.each([
  ['PNG', bytes([0x89], 'PNG\r\n', [0x1a], '\n', [0, 0, 0, 13], 'IHDR', [0, 1, 0, 2, 0, 0, 1, 0]), 'image/png', 65538, 256],
  ['GIF', bytes('GIF89a', [0x20, 0x03, 0x02, 0x00]), 'image/gif', 800, 2],
  ['WebP with features', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0xff, 1, 0, 0xff, 0, 0]), 'image/webp', 512, 256],
  ['WebP without loss', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [9, 0, 0, 0, 0x2f, 0xff, 0xc0, 0x3f, 0]), 'image/webp', 256, 256],
  ['WebP', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [9, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0]), 'image/webp', 320, 240],
])('a %s is detected with its size', (_, file, type, width, height) => {
  expect(kindOf(file)).toEqual({ type, width, height });
});

test('a JPEG may have more pixels than other photos, unless it is progressive', () => {
  const limits = { photo_pixels: 64, jpeg_pixels: 256 } as ServerInfo['limits'];
  const jpeg = (frame: number) => kindOf(bytes([0xff, 0xd8, 0xff, frame, 0, 17, 8, 0, 10, 0, 20], 'x'.repeat(20)));
  expect(jpeg(0xc0)).toEqual({ type: 'image/jpeg', width: 20, height: 10 });
  expect(maxPixels(jpeg(0xc0), limits)).toBe(256);
  expect(maxPixels(jpeg(0xc1), limits)).toBe(256);
  expect(maxPixels(jpeg(0xc2), limits)).toBe(64);
  expect(maxPixels({ type: 'image/png', width: 1, height: 1 }, limits)).toBe(64);
});

test.each(['', 'BM', '%PDF-1.7', 'RIFF....WAVE', 'GIF90a......'])('%j is not a picture', (text) => {
  expect(kindOf(bytes(text))).toBeNull();
});

test('a HEIC is told by any of its brands, and a film is none', () => {
  const heic = { type: 'image/heic', width: null, height: null };
  expect(kindOf(bytes([0, 0, 0, 24], 'ftypheic', [0, 0, 0, 0], 'mif1heic'))).toEqual(heic);
  expect(kindOf(bytes([0, 0, 0, 24], 'ftypmif1', [0, 0, 0, 0], 'mif1heix'))).toEqual(heic);
  expect(kindOf(bytes([0, 0, 0, 24], 'ftypisom', [0, 0, 0, 0], 'isommp42'))).toBeNull();
  expect(kindOf(bytes([0, 0, 0, 16], 'ftypisom', [0, 0, 0, 0], 'heic'))).toBeNull();
  expect(kindOf(bytes([0, 0, 0, 24], 'ftypavif', [0, 0, 0, 0], 'avifmif1'))).toBeNull();
});

test('what keeps a share from being sent is known before', () => {
  const server = { limits: { text_min: 1, text_max: 5 }, photo_needs_text: false } as ServerInfo;
  const original = { limits: { text_min: 3, text_max: 200 }, photo_needs_text: true } as ServerInfo;
  expect(shareProblem(' \n', false, server)).toEqual({ what: 'nothing' });
  expect(shareProblem('', true, server)).toBeNull();
  expect(shareProblem('👍', false, server)).toBeNull();
  expect(shareProblem('123456', true, server)).toEqual({ what: 'over' });
  expect(shareProblem('', true, original)).toEqual({ what: 'words', least: 3 });
  expect(shareProblem('ok', true, original)).toEqual({ what: 'few', least: 3 });
  expect(shareProblem('ok', false, null)).toBeNull();
});
