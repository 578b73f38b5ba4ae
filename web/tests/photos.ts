// Photos and shares as the API answers them, for tests.

import type { Medium, Photo, Share } from '../src/lib/api/types';

/** A user who has said nothing of themselves. */
export const userOf = (id: number, login: string) => ({ id, login, name: login, avatar_url: null });

const preview = { url: '/photos/x', width: 4, height: 3 };

export const imageOf = (id: number) => ({
  id,
  width: 4,
  height: 3,
  placeholder: null,
  animated: false,
  previews: { small: preview, large: preview },
});

export const mediumOf = (share: number, id = share, caption: string | null = null): Medium => ({
  ...imageOf(id),
  kind: 'photo',
  url: `/photos/1-${share}.${id}.jpg`,
  poster_url: null,
  rendition_url: null,
  caption,
  taken_at: null,
  duration_seconds: null,
});

/** A photo of a share; the share's only one, if nothing else is said. */
export const photoOf = (share: number, id = share): Photo => ({
  share_id: share,
  image_url: `/photos/1-${share}.${id}.jpg`,
  timestamp: '2026-05-20T12:00:00Z',
  user: userOf(1, 'ann'),
  image: mediumOf(share, id),
  media: mediumOf(share, id),
});

/** A share with a photo, or with none. */
export const shareOf = (id: number, photo: number | null = id, text = 'Look'): Share => ({
  id,
  user: userOf(1, 'ann'),
  text,
  timestamp: '2026-05-20T12:00:00Z',
  edited_at: null,
  version: '1',
  image_url: photo === null ? null : `/photos/1-${id}.${photo}.jpg`,
  image: photo === null ? null : imageOf(photo),
  media: photo === null ? [] : [mediumOf(id, photo)],
  comments: { count: 0, latest: [] },
  reactions: [],
  mentions: [],
});
