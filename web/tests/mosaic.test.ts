import { expect, test } from 'vitest';

import { moved } from '../src/lib/photos/media-order';
import { layoutOf, sourcesOf } from '../src/lib/photos/mosaic';
import { imageOf } from './photos';

const wide = { width: 4, height: 3 };
const high = { width: 3, height: 4 };

test('up to five photos are seen, and of more it is told how many there are', () => {
  const layouts = [0, 1, 2, 3, 4, 5, 6, 20].map((count) => layoutOf(Array.from({ length: count }, () => wide)));
  expect(layouts.map(({ shown, more }) => [shown, more])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
    [5, 0],
    [5, 1],
    [5, 15],
  ]);
});

test('two and three photos lie as it suits them', () => {
  const names = [[wide, wide], [wide, high], [high, high], [wide, high, high], [high, wide, wide]].map((photos) => layoutOf(photos).name);
  expect(names).toEqual(['two-wide', 'two-high', 'two-high', 'three-wide', 'three-high']);
});

test('both previews are offered, but not of a photo that moves', () => {
  expect(sourcesOf(imageOf(1))).toBe('/photos/x 4w, /photos/x 4w');
  expect(sourcesOf({ ...imageOf(1), animated: true })).toBeUndefined();
});

test('a photo is put at the place of another, and the others make room', () => {
  expect(moved(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd']);
  expect(moved(['a', 'b', 'c', 'd'], 3, 0)).toEqual(['d', 'a', 'b', 'c']);
  for (const [from, to] of [[0, -1], [0, 4], [7, 0]] as const) expect(moved(['a', 'b', 'c', 'd'], from, to)).toEqual(['a', 'b', 'c', 'd']);
});
