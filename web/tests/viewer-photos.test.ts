import { expect, test } from 'vitest';

import { ViewerPhotos } from '../src/features/viewer/viewer-photos';
import type { Photo } from '../src/lib/api/types';

const preview = { url: '/photos/x', width: 4, height: 3 };
const photo = (share_id: number): Photo => ({
  share_id,
  image_url: '/photos/x',
  timestamp: '2026-05-20T12:00:00Z',
  user: { id: 1, login: 'ann' },
  image: { width: 4, height: 3, placeholder: null, animated: false, previews: { small: preview, large: preview } },
});
const photos = (from: number, count: number) => Array.from({ length: count }, (_, at) => photo(from - at));

/** An album that gives a piece at a time; some are empty, like shares without photos. */
function album(...pieces: (Photo[] | Error)[]) {
  const first = pieces.shift();
  return {
    photos: Array.isArray(first) ? first : [],
    error: null as unknown,
    get isWhole() {
      return pieces.length === 0;
    },
    more() {
      const piece = pieces.shift();
      if (Array.isArray(piece)) this.photos = [...this.photos, ...piece];
      else this.error = piece;
      return Promise.resolve();
    },
  };
}
const ids = (reel: ViewerPhotos) => reel.photos.map((each) => each.share_id);

test('near the end, more photos come in behind', async () => {
  const reel = new ViewerPhotos(album(photos(100, 3), photos(97, 30), photos(67, 30)));
  expect(await reel.readAhead(2)).toBe(true);
  expect(reel.photos).toHaveLength(33);
  expect(await reel.readAhead(5)).toBe(false);
});

test('pieces without photos are read over', async () => {
  const reel = new ViewerPhotos(album(photos(9, 1), [], [], photos(8, 2)));
  await reel.readAhead(0);
  expect(ids(reel)).toEqual([9, 8, 7]);
});

test('what others have read meanwhile comes in, and what is new in front does not shift the rest', async () => {
  const shared = album(photos(9, 2));
  const reel = new ViewerPhotos(shared);
  shared.photos = photos(11, 6);
  expect(await reel.readAhead(0)).toBe(true);
  expect(ids(reel)).toEqual([9, 8, 7, 6]);
  expect(reel.indexOf(7)).toBe(2);
});

test('what cannot be read leaves what is there', async () => {
  const reel = new ViewerPhotos(album(photos(9, 2), new Error('no connection'), photos(7, 1)));
  expect(await reel.readAhead(0)).toBe(false);
  expect(ids(reel)).toEqual([9, 8]);
});
