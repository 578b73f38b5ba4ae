import { expect, test } from 'vitest';

import { change, extend, insert, nothing, refresh, remove, reveal, shownOf, waitingOf, type Known } from '../src/lib/state/merge';

interface Row {
  id: number;
  text: string;
  mine?: boolean;
}

const rows = (...ids: number[]): Row[] => ids.map((id) => ({ id, text: `${id}` }));
const isMine = (row: Row) => row.mine === true;
const looked = (known: Known<Row>, next: string | null, ...ids: number[]) => refresh(known, { rows: rows(...ids), next }, isMine);
const read = (next: string | null, ...ids: number[]) => looked(nothing<Row>(), next, ...ids);
const ids = (list: Row[]) => list.map(({ id }) => id);
const both = (known: Known<Row>) => [ids(waitingOf(known)), ids(shownOf(known))];

test('what came meanwhile waits, above what is shown', () => {
  expect(both(looked(read('/more', 5, 4, 3), '/more', 7, 6, 5, 4))).toEqual([[7, 6], [5, 4, 3]]);
  expect(both(reveal(looked(read('/more', 5, 4, 3), '/more', 7, 6, 5, 4)))).toEqual([[], [7, 6, 5, 4, 3]]);
});

test('what others shared just before me comes in below my own', () => {
  const known = insert(read('/more', 3, 2), { id: 5, text: 'mine' });
  expect(both(known)).toEqual([[], [5, 3, 2]]);
  expect(both(looked(known, '/more', 6, 5, 4, 3))).toEqual([[6], [5, 4, 3, 2]]);
});

test('my own of another window is shown, with what is below it; what is above it waits', () => {
  const known = refresh(read('/more', 2), { rows: [...rows(6), { id: 5, text: '', mine: true }, ...rows(4, 2)], next: '/more' }, isMine);
  expect(both(known)).toEqual([[6], [5, 4, 2]]);
});

test('what waits is shown by sharing something above it', () => {
  const known = looked(read('/more', 2), '/more', 3, 2);
  expect(both(insert(known, { id: 4, text: '' }))).toEqual([[], [4, 3, 2]]);
});

test('a row that took longer than those after it comes in between them', () => {
  expect(both(looked(read('/more', 5, 3, 2), '/more', 5, 4, 3, 2))).toEqual([[], [5, 4, 3, 2]]);
});

test('what was deleted goes, also what waits, but not what was not read again', () => {
  expect(both(looked(read('/more', 5, 4, 3, 2, 1), '/more', 4, 2))).toEqual([[], [4, 2, 1]]);
  expect(both(looked(looked(read('/more', 2), '/more', 4, 3, 2), '/more', 4, 2))).toEqual([[4], [2]]);
  expect(both(looked(read('/more', 5, 4, 3), null, 5))).toEqual([[], [5]]);
  expect(both(looked(read('/more', 5, 4, 3), null))).toEqual([[], []]);
  expect(both(remove(looked(read('/more', 2), '/more', 3, 2), 3))).toEqual([[], [2]]);
});

test('where nothing is shown, nothing waits', () => {
  expect(both(looked(read(null), null, 1))).toEqual([[], [1]]);
  expect(both(remove(looked(read(null, 1), null, 2, 1), 1))).toEqual([[], [2]]);
});

test('what was changed is shown as it is now', () => {
  const changed = { id: 4, text: 'changed' };
  expect(shownOf(refresh(read('/more', 4, 3), { rows: [changed], next: '/more' }, isMine))).toEqual([changed, ...rows(3)]);
  expect(shownOf(change(read(null, 4), 4, () => changed))).toEqual([changed]);
});

test('older rows follow, once, and the list knows where to read on', () => {
  const known = extend(read('/2', 5, 4), { rows: rows(4, 3, 2), next: '/1' });
  expect([both(known), known.next]).toEqual([[[], [5, 4, 3, 2]], '/1']);
  expect(looked(known, '/other', 6, 5, 4).next).toBe('/1');
  expect(looked(known, null, 6).next).toBeNull();
});

test('what does not reach down to what is known takes its place when it is asked for', () => {
  const known = looked(read('/more', 3, 2, 1), '/older', 9, 8, 7);
  expect(both(known)).toEqual([[9, 8, 7], [3, 2, 1]]);
  expect(both(looked(known, '/older', 10, 9, 8))).toEqual([[10, 9, 8], [3, 2, 1]]);
  expect([both(reveal(known)), reveal(known).next]).toEqual([[[], [9, 8, 7]], '/older']);
  expect(both(insert(known, { id: 11, text: '' }))).toEqual([[], [11, 9, 8, 7]]);
  expect(both(remove(known, 8))).toEqual([[9, 7], [3, 2, 1]]);
});

test('what was read down to my own share alone may hide others below it', () => {
  const known = insert(read('/more', 3, 2), { id: 9, text: 'mine' });
  // 4 to 8 are unread: only what reaches down to 3 closes the gap.
  expect(looked(known, '/more', 9, 8, 7).ahead).not.toBeNull();
  expect(both(looked(known, '/more', 9, 8, 7, 6, 5, 4, 3))).toEqual([[], [9, 8, 7, 6, 5, 4, 3, 2]]);
});
