import { expect, test } from 'vitest';

import { join, refresh } from '../src/lib/state/pages';
import { photoOf } from './photos';

const page = (next: string | null, ...ids: number[]) => ({ rows: ids.map((id) => photoOf(id)), next });

test('the next page goes behind what was read, and nothing is there twice', () => {
  expect(join(page('/2', 9, 8), page('/3', 8, 7))).toEqual(page('/3', 9, 8, 7));
  expect(join(page(null), page(null, 2, 1))).toEqual(page(null, 2, 1));
});

test('new photos come first, deleted ones go, and what lies further down stays', () => {
  expect(refresh(page('/c', 9, 8, 7, 6, 5), page('/b', 10, 9, 7))).toEqual(page('/c', 10, 9, 7, 6, 5));
});

test('when more is new than was read again, nothing is left out in between', () => {
  expect(refresh(page('/c', 9, 8), page('/b', 30, 29, 28))).toEqual(page('/b', 30, 29, 28));
});

test('a whole list takes the place of everything', () => {
  expect(refresh(page(null, 9, 8, 7), page(null, 9))).toEqual(page(null, 9));
  expect(refresh(page(null, 9), page(null))).toEqual(page(null));
});

test('when all that was read is in the newer page, reading continues after that', () => {
  expect(refresh(page('/b', 9, 8), page('/b2', 9, 8))).toEqual(page('/b2', 9, 8));
});

test('a page may end within a share: its other photos come with the next one, each once', () => {
  const read = { rows: [photoOf(9, 20), photoOf(8, 17)], next: '/2' };
  const next = { rows: [photoOf(8, 17), photoOf(8, 18), photoOf(7, 3)], next: null };
  expect(join(read, next).rows.map(({ image }) => image.id)).toEqual([20, 17, 18, 3]);
});

test('a photo that was replaced is not shown next to its replacement', () => {
  const read = { rows: [photoOf(9), photoOf(8), photoOf(7)], next: '/c' };
  const newer = { rows: [photoOf(9), photoOf(8, 40)], next: '/b' };
  expect(refresh(read, newer)).toEqual(newer);
});
