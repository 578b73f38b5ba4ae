import { expect, test } from 'vitest';

import { byMonth } from '../src/lib/photos/by-month';
import { photoOf } from './photos';

const at = (...date: [number, number, number, number?]) => ({ timestamp: new Date(...date).toISOString() });

test('photos are grouped by month, newest first, in the order of the list', () => {
  const photos = [at(2026, 4, 20), at(2026, 4, 1), at(2026, 3, 30), at(2025, 4, 20)];
  expect(byMonth(photos, 'en').map(({ title, photos: { length } }) => [title, length])).toEqual([
    ['May 2026', 2],
    ['April 2026', 1],
    ['May 2025', 1],
  ]);
});

test("the month is that of the reader's own midnight", () => {
  const photos = [at(2026, 4, 1, 0), at(2026, 3, 30, 23)];
  expect(byMonth(photos, 'de').map(({ title }) => title)).toEqual(['Mai 2026', 'April 2026']);
});

test('without photos there is no month', () => {
  expect(byMonth([], 'en')).toEqual([]);
});

test('by the date when they were taken, the month is that of where that was, whatever its zone', () => {
  const taken = (taken_at: string | null) => ({ ...at(2026, 4, 20), media: { ...photoOf(1).media, taken_at } });
  const photos = [taken(null), taken('2019-07-31T23:59:00-11:00'), taken('2019-07-01T00:00:00'), taken('2019-06-30T23:59:59+14:00')];
  expect(byMonth(photos, 'en', 'taken').map(({ title, photos: { length } }) => [title, length])).toEqual([
    ['May 2026', 1],
    ['July 2019', 2],
    ['June 2019', 1],
  ]);
});
