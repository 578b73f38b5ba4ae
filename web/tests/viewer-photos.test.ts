import { expect, test } from 'vitest';

import { ViewerPhotos } from '../src/features/viewer/viewer-photos';
import type { Photo } from '../src/lib/api/types';
import { photoOf, shareOf } from './photos';

const photos = (from: number, count: number) => Array.from({ length: count }, (_, at) => photoOf(from - at));

/** An album that returns a page at a time; some are empty, like shares without photos. */
function album(...pages: (Photo[] | Error)[]) {
  const first = pages.shift();
  return {
    photos: Array.isArray(first) ? first : [],
    error: null as unknown,
    get isWhole() {
      return pages.length === 0;
    },
    more() {
      const page = pages.shift();
      if (Array.isArray(page)) this.photos = [...this.photos, ...page];
      else this.error = page;
      return Promise.resolve();
    },
  };
}
const ids = (all: ViewerPhotos) => all.photos.map((each) => each.share_id);

test('near the end, more photos come in behind', async () => {
  const all = new ViewerPhotos(album(photos(100, 3), photos(97, 30), photos(67, 30)));
  expect(await all.readAhead(2)).toBe(true);
  expect(all.photos).toHaveLength(33);
  expect(await all.readAhead(5)).toBe(false);
});

test('pages without photos are skipped', async () => {
  const all = new ViewerPhotos(album(photos(9, 1), [], [], photos(8, 2)));
  await all.readAhead(0);
  expect(ids(all)).toEqual([9, 8, 7]);
});

test('what others have read meanwhile comes in, and what is new in front does not shift the rest', async () => {
  const shared = album(photos(9, 2));
  const all = new ViewerPhotos(shared);
  shared.photos = photos(11, 6);
  expect(await all.readAhead(0)).toBe(true);
  expect(ids(all)).toEqual([9, 8, 7, 6]);
  expect(all.indexOf(photoOf(7))).toBe(2);
});

test('what cannot be read leaves what is there', async () => {
  const all = new ViewerPhotos(album(photos(9, 2), new Error('no connection'), photos(7, 1)));
  expect(await all.readAhead(0)).toBe(false);
  expect(ids(all)).toEqual([9, 8]);
});

test('a share may have several photos, each with a place of its own', async () => {
  const all = new ViewerPhotos(album([photoOf(9, 20), photoOf(9, 21)], [photoOf(9, 22), photoOf(8, 18)]));
  await all.readAhead(0);
  expect(all.photos.map(({ image }) => image.id)).toEqual([20, 21, 22, 18]);
  expect(all.indexOf(photoOf(9, 21))).toBe(1);
});

test('a photo that was replaced meanwhile gives its place to the new one', () => {
  const all = new ViewerPhotos(album(photos(9, 3)));
  expect(all.update(shareOf(8, 40))).toBe(1);
  expect(all.photos.map(({ image }) => image.id)).toEqual([9, 40, 7]);
  expect(all.update(shareOf(8, 40))).toBeNull();
  expect(all.update(shareOf(8, null))).toBeNull();
});

test('behind a photo that has been deleted, older ones come in all the same', async () => {
  const shared = album(photos(9, 2));
  const all = new ViewerPhotos(shared);
  shared.photos = [photoOf(9), photoOf(7)];
  await all.readAhead(0);
  expect(ids(all)).toEqual([9, 8, 7]);
});

test('what is gone is taken out, and what is shown, or else what follows it, keeps its place among the others', async () => {
  const shared = album(photos(9, 5), photos(4, 2));
  const all = new ViewerPhotos(shared);
  const drop = (share: number, at: number) => all.drop(({ share_id }) => share_id === share, at);
  expect([drop(9, 2), ids(all)]).toEqual([1, [8, 7, 6, 5]]);
  expect([drop(7, 1), ids(all)]).toEqual([1, [8, 6, 5]]);
  expect([drop(5, 2), ids(all)]).toEqual([1, [8, 6]]);
  expect([drop(1, 0), ids(all)]).toEqual([null, [8, 6]]);
  // It isn't taken in again where the album still has it.
  await all.readAhead(0);
  expect(ids(all)).toEqual([8, 6, 4, 3]);
  expect([all.drop(() => true, 0), ids(all)]).toEqual([null, [8, 6, 4, 3]]);
});

test('a share that is read again brings new links for its photos', () => {
  const all = new ViewerPhotos(album(photos(9, 3)));
  const share = shareOf(8, 8);
  for (const medium of share.media) medium.url = '/photos/8?signature=new';
  expect(all.update(share)).toBeNull();
  expect(all.photos.map(({ image_url }) => image_url.endsWith('new'))).toEqual([false, true, false]);
});
