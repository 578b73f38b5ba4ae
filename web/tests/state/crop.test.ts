// Which square of a picture is shown.

import { expect, test } from 'vitest';

import { Crop } from '../../src/lib/state/crop.svelte';

test('at first, it is the largest in the middle', () => {
  expect(new Crop(400, 200).square).toEqual({ x: 100, y: 0, side: 200 });
  expect(new Crop(200, 400).square).toEqual({ x: 0, y: 100, side: 200 });
});

test('it follows what is dragged, up to the edges of the picture', () => {
  const crop = new Crop(400, 200);
  crop.drag(0.25, 0);
  expect(crop.square).toEqual({ x: 50, y: 0, side: 200 });
  crop.drag(3, 3);
  expect(crop.square).toEqual({ x: 0, y: 0, side: 200 });
  crop.drag(-9, -9);
  expect(crop.square).toEqual({ x: 200, y: 0, side: 200 });
});

test('what is under the fingers stays there while it is enlarged', () => {
  const crop = new Crop(1000, 1000);
  crop.enlarge(2, 0.25, 0.75);
  expect(crop.square).toEqual({ x: 125, y: 375, side: 500 });
  const at = ({ x, y, side }: Crop['square']) => [x + 0.25 * side, y + 0.75 * side];
  expect(at(crop.square)).toEqual([250, 750]);
});

test('made smaller again, it stays within the picture', () => {
  const crop = new Crop(1000, 800);
  crop.zoomTo(4);
  crop.drag(-9, -9);
  expect(crop.square).toEqual({ x: 800, y: 600, side: 200 });
  crop.zoomTo(1);
  expect(crop.square).toEqual({ x: 200, y: 0, side: 800 });
  crop.zoomTo(0.1);
  expect(crop.zoom).toBe(1);
});

test('a small picture is not blown up, and a large one only so far', () => {
  expect([new Crop(90, 60).maxZoom, new Crop(1, 1).maxZoom, new Crop(9000, 9000).maxZoom]).toEqual([1, 1, 8]);
  const crop = new Crop(192, 400);
  crop.enlarge(50);
  expect(crop.square.side).toBe(96);
});
