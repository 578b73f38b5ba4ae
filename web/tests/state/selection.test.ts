import { expect, test } from 'vitest';

import { Selection } from '../../src/lib/state/selection.svelte';

const order = [9, 8, 7, 6, 5];

test('photos are ticked one by one, and with all from the one before', () => {
  const selection = new Selection();
  selection.start(8);
  selection.extend(6, order);
  expect(selection.ids).toEqual([8, 7, 6]);
  selection.toggle(7);
  selection.extend(9, order);
  expect(selection.ids.sort()).toEqual([6, 7, 8, 9]);
  selection.extend(5, [5]);
  expect(selection.count).toBe(5);
});

test('all of a month are selected, and none of it again', () => {
  const selection = new Selection();
  selection.start(5);
  selection.toggleAll([9, 8]);
  expect(selection.ids).toEqual([5, 9, 8]);
  selection.toggleAll([9, 8]);
  expect(selection.ids).toEqual([5]);
});

test('what is not shown any more is not selected either, and an end is one', () => {
  const selection = new Selection();
  selection.start(9);
  selection.toggle(5);
  selection.keep([9, 8]);
  expect(selection.ids).toEqual([9]);
  selection.end();
  expect([selection.isOn, selection.count]).toEqual([false, 0]);
});
