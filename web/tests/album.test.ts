import { expect, test } from 'vitest';

import { albumOf, albumOfShare } from '../src/lib/photos/album';
import { shareOf } from './photos';

test('the album of a feed has the photos of the shares that are shown, and more once more are read', async () => {
  const feed = {
    shares: [shareOf(10), shareOf(9), shareOf(8, null), shareOf(7)],
    isWhole: false,
    error: null,
    more: () => {
      feed.shares = [...feed.shares, shareOf(6)];
      feed.isWhole = true;
      return Promise.resolve();
    },
  };
  const album = albumOf(feed, ({ id }) => id !== 10);
  expect(album.photos.map((photo) => photo.share_id)).toEqual([9, 7]);
  await album.more();
  expect(album.photos.map((photo) => photo.image_url)).toEqual(['/photos/1-9.9.jpg', '/photos/1-7.7.jpg', '/photos/1-6.6.jpg']);
  expect(album.isWhole).toBe(true);
});

test('a share alone is an album of one photo, or of none', () => {
  expect(albumOfShare(shareOf(9)).photos).toHaveLength(1);
  expect(albumOfShare(shareOf(9, null)).photos).toHaveLength(0);
});
