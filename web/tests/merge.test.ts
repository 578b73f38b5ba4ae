import { expect, test } from 'vitest';

import { merge } from '../src/lib/merge';

const rows = (...ids: number[]) => ids.map((id) => ({ id, text: `${id}` }));
const ids = (list: { id: number }[]) => list.map(({ id }) => id);

test('what came meanwhile is told apart from what is shown', () => {
  const { shown, fresh, overlaps } = merge(rows(5, 4, 3, 2, 1), { rows: rows(7, 6, 5, 4), next: '/more' });
  expect([ids(shown), ids(fresh), overlaps]).toEqual([[5, 4, 3, 2, 1], [7, 6], true]);
});

test('what was deleted goes, also the newest, but not what was not read anew', () => {
  const { shown, fresh } = merge(rows(5, 4, 3, 2, 1), { rows: rows(4, 2), next: '/more' });
  expect([ids(shown), ids(fresh)]).toEqual([[4, 2, 1], []]);
});

test('what was deleted at the end goes if the list was read to its end', () => {
  expect(ids(merge(rows(5, 4, 3), { rows: rows(5), next: null }).shown)).toEqual([5]);
  expect(ids(merge(rows(5, 4, 3), { rows: [], next: null }).shown)).toEqual([]);
});

test('what was changed is shown as it is now', () => {
  const changed = [{ id: 4, text: 'changed' }];
  expect(merge(rows(4, 3), { rows: changed, next: '/more' }).shown).toEqual([...changed, ...rows(3)]);
});

test('a gap between the new and the shown is noticed', () => {
  expect(merge(rows(3, 2, 1), { rows: rows(9, 8, 7), next: '/more' }).overlaps).toBe(false);
  expect(merge([], { rows: rows(2, 1), next: null })).toMatchObject({ fresh: rows(2, 1), overlaps: true });
});
