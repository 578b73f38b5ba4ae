import { expect, test } from 'vitest';

import { roomOf } from '../../src/lib/state/storage';

test('a quota is near from nine tenths on, and full when all of it is used', () => {
  const of = (used_bytes: number, max_bytes: number | null) => roomOf({ used_bytes, max_bytes });
  expect([of(899, 1000), of(900, 1000), of(999, 1000), of(1000, 1000), of(2000, 1000)]).toEqual([null, 'near', 'near', 'full', 'full']);
});

test('without a quota there is always room', () => {
  expect([roomOf({ used_bytes: 1e12, max_bytes: null }), roomOf(null), roomOf(undefined)]).toEqual([null, null, null]);
});
