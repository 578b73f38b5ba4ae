import { expect, test } from 'vitest';

import { albumOf, albumOfShare } from '../src/lib/photos/album';
import type { Share } from '../src/lib/api/types';

const preview = { url: '/photos/x', width: 4, height: 3 };
const image = { width: 4, height: 3, placeholder: null, animated: false, previews: { small: preview, large: preview } };
const share = (id: number, pictured = true): Share => ({
  id,
  user: { id: 1, login: 'ann' },
  text: 'Look',
  timestamp: '2026-05-20T12:00:00Z',
  image_url: pictured ? `/photos/1-${id}.jpg` : null,
  image: pictured ? image : null,
});

test('the album of a feed has the photos of the shares that are shown, and more once more are read', async () => {
  const feed = {
    shares: [share(10), share(9), share(8, false), share(7)],
    isWhole: false,
    error: null,
    more: () => {
      feed.shares = [...feed.shares, share(6)];
      feed.isWhole = true;
      return Promise.resolve();
    },
  };
  const album = albumOf(feed, ({ id }) => id !== 10);
  expect(album.photos.map((photo) => photo.share_id)).toEqual([9, 7]);
  await album.more();
  expect(album.photos.map((photo) => photo.image_url)).toEqual(['/photos/1-9.jpg', '/photos/1-7.jpg', '/photos/1-6.jpg']);
  expect(album.isWhole).toBe(true);
});

test('a share alone is an album of one photo, or of none', () => {
  expect(albumOfShare(share(9)).photos).toHaveLength(1);
  expect(albumOfShare(share(9, false)).photos).toHaveLength(0);
});
