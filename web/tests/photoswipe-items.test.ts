import { expect, test } from 'vitest';

import { fileName, itemOf } from '../src/features/viewer/photoswipe-items';
import type { Photo } from '../src/lib/api/types';
import { mediumOf, userOf } from './photos';

const preview = (size: string) => ({ url: `https://home.example/photos/1-34.jpg/${size}?expires=9`, width: 1, height: 1 });
const image = { id: 7, width: 4032, height: 3024, placeholder: null, animated: false, previews: { small: preview('small'), large: preview('large') } };
const photo = (): Photo => ({
  share_id: 34,
  image_url: 'https://home.example/photos/1-34.jpg?expires=9&signature=x.png',
  timestamp: '2026-05-20T12:00:00Z',
  user: userOf(1, 'ann'),
  image: { ...mediumOf(34), ...image },
  media: { ...mediumOf(34), ...image },
});

test('a slide shows the large preview at the size of the photo', () => {
  expect(itemOf(photo(), 'A photo')).toEqual({
    type: 'image',
    original: null,
    poster: null,
    src: '/photos/1-34.jpg/large?expires=9',
    msrc: '/photos/1-34.jpg/small?expires=9',
    width: 4032,
    height: 3024,
    alt: 'A photo',
    thumbCropped: true,
  });
});

test('a slide plays a video behind its poster, if it has one', () => {
  const film = photo();
  Object.assign(film.image, { kind: 'video', url: 'https://home.example/photos/1-34.mp4?expires=9' });
  expect(itemOf(film, 'A video')).toMatchObject({ type: 'video', src: '/photos/1-34.mp4?expires=9', msrc: '', poster: null });
  film.image.poster_url = 'https://home.example/photos/1-34.mp4/poster?expires=9';
  expect(itemOf(film, 'A video')).toMatchObject({
    msrc: '/photos/1-34.jpg/small?expires=9',
    poster: '/photos/1-34.jpg/large?expires=9',
  });
});

test('a slide plays the rendition of a video, and the video itself where that fails', () => {
  const film = photo();
  Object.assign(film.image, { kind: 'video', url: 'https://home.example/photos/1-34.mov?expires=9' });
  expect(itemOf(film, 'A video')).toMatchObject({ src: '/photos/1-34.mov?expires=9', original: null });
  film.image.rendition_url = 'https://home.example/photos/1-34.mov/rendition?expires=9';
  expect(itemOf(film, 'A video')).toMatchObject({
    src: '/photos/1-34.mov/rendition?expires=9',
    original: '/photos/1-34.mov?expires=9',
  });
});

test('a photo that is kept is called by its space, its day and its own number', () => {
  expect(fileName(photo(), 'Family')).toBe('Family 2026-05-20 7.jpg');
  expect(fileName(photo(), 'Über/uns: "alle"')).toBe('Über uns alle 2026-05-20 7.jpg');
  expect(fileName(photo(), '🌻')).toBe('2026-05-20 7.jpg');
});
