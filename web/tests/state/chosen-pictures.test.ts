import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ServerInfo } from '../../src/lib/api/types';
import { ChosenPictures } from '../../src/lib/state/chosen-pictures.svelte';

vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File) =>
    Promise.resolve(
      file.size > 0 ? { file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false } : { reason: 'empty' },
    ),
}));
vi.mock('../../src/lib/photos/chosen', async (original) => ({
  ...(await original<typeof import('../../src/lib/photos/chosen')>()),
  isThere: (file: File) => Promise.resolve(!file.name.startsWith('lost')),
}));

let released: string[];
beforeEach(() => {
  released = [];
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void released.push(url));
});
afterEach(() => void vi.restoreAllMocks());

const made = (onchange = () => undefined) =>
  new ChosenPictures({ server: { limits: { media_per_share: 3 } } as ServerInfo }, onchange);
const file = (name: string, content = 'x') => new File([content], name);
const namesOf = (photos: ChosenPictures) => photos.all.map(({ picture }) => picture.name);

test('photos are taken in their order, as many as there may be, and what is no photo is told', async () => {
  const photos = made();
  await photos.choose([file('a'), file('none', ''), file('b')]);
  expect(namesOf(photos)).toEqual(['a', 'b']);
  expect(photos.problems).toEqual([{ name: 'none', problem: { reason: 'empty' } }]);
  await photos.choose([file('c'), file('d'), file('e')]);
  expect(namesOf(photos)).toEqual(['a', 'b', 'c']);
  expect([photos.left, photos.problems, photos.isFull]).toEqual([2, [], true]);
});

test('what is sent is in the order in which it is seen, each with its caption behind it', async () => {
  const onchange = vi.fn();
  const photos = made(onchange);
  await photos.choose([file('a'), file('b'), file('c')]);
  const [a, b] = photos.all.map(({ id }) => id);
  photos.describe(a ?? 0, 'First');
  photos.describe(b ?? 0, ' ');
  photos.move(2, 0);
  photos.remove(b ?? 0);
  expect(namesOf(photos)).toEqual(['c', 'a']);
  expect(released).toEqual(['blob:b']);
  expect(onchange).toHaveBeenCalledTimes(7);
  const form = new FormData();
  photos.addTo(form);
  const said = [...form.entries()].map(([name, value]) => [name, value instanceof File ? value.name : value]);
  expect(said).toEqual([['file', 'c'], ['file', 'a'], ['caption', 'First']]);
  photos.clear();
  expect(released).toEqual(['blob:b', 'blob:c', 'blob:a']);
});

test('what is still looked at can be waited for, and belongs to none once all are cleared', async () => {
  const photos = made();
  void photos.choose([file('a')]);
  void photos.choose([file('b')]);
  await photos.looked();
  expect(namesOf(photos)).toEqual(['a', 'b']);
  const choosing = photos.choose([file('c'), file('d')]);
  photos.clear();
  await choosing;
  expect([photos.all, released]).toEqual([[], ['blob:a', 'blob:b', 'blob:c']]);
});

test('a photo whose file is gone is taken out, and the others stay', async () => {
  const photos = made();
  await photos.choose([file('a'), file('b')]);
  expect(await photos.loseGone()).toBe(false);
  await photos.choose([file('lost one')]);
  expect(await photos.loseGone()).toBe(true);
  expect(namesOf(photos)).toEqual(['a', 'b']);
  expect(photos.problems).toEqual([{ name: 'lost one', problem: { reason: 'gone' } }]);
});

test('that their dates are left out is said for all of a share, and not for the next', async () => {
  const photos = made();
  await photos.choose([file('a')]);
  photos.keepDates = false;
  const form = new FormData();
  photos.addTo(form);
  expect(form.get('keep_dates')).toBe('false');
  photos.clear();
  expect(photos.keepDates).toBe(true);
});
