import { expect, test } from 'vitest';

import type { Photo } from '../src/lib/api/types';
import { compareBy } from '../src/lib/photos/dates';
import * as pages from '../src/lib/state/pages';
import { photoOf } from './photos';

type Page = Parameters<typeof pages.join>[0];
const compare = compareBy('shared');
const join = (read: Page, page: Page) => pages.join(read, page, compare);
const refresh = (read: Page, page: Page) => pages.refresh(read, page, compare);
const ids = ({ rows }: Page) => rows.map(({ image }) => image.id);
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

const taken = (id: number, day: string) => {
  const photo = photoOf(id);
  return { ...photo, media: { ...photo.media, taken_at: day.includes('T') ? `${day}:00:00` : `${day}T12:00:00` } };
};
const byTaken = compareBy('taken');

test('a photo with a newer date is at its new place alone, and none between there and its old place is lost', () => {
  const days = [taken(9, '2026-07-09'), taken(8, '2026-07-08'), taken(7, '2026-07-07'), taken(6, '2026-07-06'), taken(5, '2026-07-05')];
  const dated = (day: string, ...others: Photo[]) => {
    const newer = { rows: [...others, taken(6, day)].sort(byTaken), next: '/b' };
    return pages.refresh({ rows: days, next: '/c' }, newer, byTaken);
  };
  const [ninth, eighth] = days.slice(0, 2) as [Photo, Photo];
  const atTop = dated('2026-07-10', ninth, eighth);
  expect([ids(atTop), atTop.next]).toEqual([[6, 9, 8, 7, 5], '/c']);
  // It is the last of the page, which ends above the others of before.
  const asLast = dated('2026-07-08T18', ninth);
  expect([ids(asLast), asLast.next]).toEqual([[9, 6, 8, 7, 5], '/c']);
});

test('by the days when they were taken, what was shared lately comes to its place, as far down as was read', () => {
  const rows = [taken(3, '2024-05-02'), taken(9, '2022-01-01'), taken(1, '2020-01-01')];
  const lately = [taken(12, '2019-07-14'), taken(11, '2021-08-01'), taken(9, '2022-01-01')];
  const with11 = (next: string | null) => ids(pages.insert({ rows, next }, lately, byTaken));
  expect(with11('/2')).toEqual([3, 9, 11, 1]);
  expect(with11(null)).toEqual([3, 9, 11, 1, 12]);
});

test('of a share that has changed, what it has not any more is gone, and what has another date is elsewhere, as far down as was read', () => {
  const of9 = (id: number, day: string) => ({ ...taken(id, day), share_id: 9 });
  const rows = [of9(20, '2026-07-20'), taken(3, '2026-07-15'), of9(21, '2026-07-10'), of9(22, '2026-07-05'), taken(2, '2026-07-01')];
  const now = (...photos: Photo[]) => pages.replace({ rows, next: '/2' }, 9, photos, byTaken);
  const [first, , second, third] = rows as [Photo, Photo, Photo, Photo];
  expect(ids(now(first, third))).toEqual([20, 3, 22, 2]);
  expect(ids(now(first, of9(21, '2026-07-30'), third))).toEqual([21, 20, 3, 22, 2]);
  // It is further down now, where nothing was read yet; another one is new.
  expect(ids(now(first, second, of9(22, '2019-01-01'), of9(23, '2026-07-12')))).toEqual([20, 3, 23, 21, 2]);
  expect(ids(pages.replace({ rows: rows.slice(0, 1), next: null }, 9, [], byTaken))).toEqual([]);
});

test('the last that was read stays where it is when its share changes, and what comes after it is read with the next page', () => {
  const read = { rows: [photoOf(9, 20), photoOf(8, 19), photoOf(8, 18)], next: '/2' };
  expect(ids(pages.replace(read, 8, [photoOf(8, 18), photoOf(8, 17)], compare))).toEqual([20, 18]);
});

test('what was shared lately is where its date is by now', () => {
  const rows = [taken(3, '2024-05-02'), taken(9, '2022-01-01'), taken(1, '2020-01-01')];
  const at = (day: string, next: string | null = '/2') => ids(pages.insert({ rows, next }, [taken(9, day)], byTaken));
  expect([at('2022-01-01'), at('2025-01-01'), at('2019-01-01'), at('2019-01-01', null)]).toEqual([[3, 9, 1], [9, 3, 1], [3, 1], [3, 1, 9]]);
});
