import { expect, test } from 'vitest';

import { join, refresh } from '../src/lib/state/pages';
import type { Photo } from '../src/lib/api/types';

const preview = { url: '/photos/x', width: 4, height: 3 };
const photo = (share_id: number): Photo => ({
  share_id,
  image_url: `/photos/1-${share_id}.jpg`,
  timestamp: '2026-05-20T12:00:00Z',
  user: { id: 1, login: 'ann' },
  image: { width: 4, height: 3, placeholder: null, animated: false, previews: { small: preview, large: preview } },
});
const piece = (next: string | null, ...ids: number[]) => ({ rows: ids.map(photo), next });

test('the next piece goes behind what was read, and nothing is there twice', () => {
  expect(join(piece('/2', 9, 8), piece('/3', 8, 7))).toEqual(piece('/3', 9, 8, 7));
  expect(join(piece(null), piece(null, 2, 1))).toEqual(piece(null, 2, 1));
});

test('new photos come first, deleted ones go, and what lies further down stays', () => {
  expect(refresh(piece('/c', 9, 8, 7, 6, 5), piece('/b', 10, 9, 7))).toEqual(piece('/c', 10, 9, 7, 6, 5));
});

test('when more is new than was read anew, nothing is left out in between', () => {
  expect(refresh(piece('/c', 9, 8), piece('/b', 30, 29, 28))).toEqual(piece('/b', 30, 29, 28));
});

test('a whole list takes the place of everything', () => {
  expect(refresh(piece(null, 9, 8, 7), piece(null, 9))).toEqual(piece(null, 9));
  expect(refresh(piece(null, 9), piece(null))).toEqual(piece(null));
});

test('what was read is no longer than the newer piece: then it goes on behind that', () => {
  expect(refresh(piece('/b', 9, 8), piece('/b2', 9, 8))).toEqual(piece('/b2', 9, 8));
});
