import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { ServerInfo } from '../../src/lib/api/types';
import type { Sending } from '../../src/lib/api/tus';
import { ChosenPictures } from '../../src/lib/state/chosen-pictures.svelte';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import { Uploads } from '../../src/lib/state/uploads';
import { later, settle } from './browser';
import { Line } from './uploads';
import { userOf } from '../photos';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));

/** What was looked at, and how many photos the server was known to take then. */
const seen = vi.hoisted(() => [] as string[]);
vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File, server: ServerInfo | null) => {
    seen.push(`${file.name} after ${server?.limits.media_per_share}`);
    return Promise.resolve(
      file.size > 0 ? { file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false } : { reason: 'empty' },
    );
  },
}));
let released: string[];
let line: Line;
beforeEach(() => {
  released = [];
  seen.length = 0;
  line = new Line();
  wire.send = line.send as typeof wire.send;
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void released.push(url));
});
afterEach(() => void vi.restoreAllMocks());

const made = (onchange = () => undefined) =>
  new ChosenPictures(
    { server: { limits: { media_per_share: 3 } } as ServerInfo, needServer: () => Promise.resolve(null) },
    onchange,
    new Uploads(line.api, { me: userOf(1, 'ann') }),
    new KeptPhotos(1, 'space-3', () => Promise.resolve(true)),
  );
const file = (name: string, content = name) => new File([content], name);
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

test('before the server has said how many it takes, none is left out', async () => {
  const kept = new KeptPhotos(1, 'space-3', () => Promise.resolve(true));
  const photos = new ChosenPictures({ server: null, needServer: () => Promise.resolve(null) }, () => undefined, new Uploads(line.api, { me: userOf(1, 'ann') }), kept);
  await photos.choose([file('a'), file('b')]);
  expect([namesOf(photos), photos.left]).toEqual([['a', 'b'], 0]);
});

test('before the server has said what it takes, nothing is looked at', async () => {
  const kept = new KeptPhotos(1, 'space-3', () => Promise.resolve(true));
  const answer = later<ServerInfo>();
  const session = { server: null as ServerInfo | null, needServer: async () => (session.server = await answer.promise) };
  const photos = new ChosenPictures(session, () => undefined, new Uploads(line.api, { me: userOf(1, 'ann') }), kept);
  const choosing = photos.choose([file('a'), file('b')]);
  await settle();
  expect(namesOf(photos)).toEqual([]);
  answer.resolve({ limits: { media_per_share: 1 } } as ServerInfo);
  await choosing;
  expect([namesOf(photos), photos.left, seen]).toEqual([['a'], 1, ['a after 1']]);
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
  await photos.settled();
  expect(photos.media.map(({ upload, ...rest }) => [line.nameOf(upload), rest])).toEqual([
    ['c', {}],
    ['a', { caption: 'First' }],
  ]);
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
  expect([photos.all, released]).toEqual([[], ['blob:a', 'blob:b']]);
});

test('they are sent while one writes, and what is taken out is deleted at the server', async () => {
  const photos = made();
  await photos.choose([file('a'), file('b')]);
  await photos.settled();
  expect([photos.arrived, photos.progress, photos.hasRefused]).toEqual([2, 1, false]);
  photos.remove(photos.all[0]?.id ?? 0);
  expect(line.deleted).toEqual(['/uploads/1']);
  photos.clear();
  expect(line.deleted).toEqual(['/uploads/1']);
});

test('one that is refused keeps the others from nothing, and can be sent again', async () => {
  line.fates.set('b', [new ApiError(415, '', 'photo_type')]);
  const photos = made();
  await photos.choose([file('a'), file('b')]);
  await photos.settled();
  expect([photos.arrived, photos.hasRefused]).toEqual([1, true]);
  await photos.again(photos.all[1]?.id ?? 0);
  await photos.settled();
  expect([photos.arrived, photos.hasRefused]).toEqual([2, false]);
});

test('an upload that the server has no more is sent again, and only that', async () => {
  const photos = made();
  await photos.choose([file('a'), file('b')]);
  await photos.settled();
  line.deleted = ['/uploads/2'];
  expect(await photos.renew('7')).toBe(false);
  expect(await photos.renew('2')).toBe(true);
  await photos.settled();
  expect(line.begun).toEqual(['a', 'b', 'b']);
  expect(photos.media).toEqual([{ upload: 1 }, { upload: 3 }]);
});

test('that their dates are left out is said for all of a share, and not for the next', async () => {
  const photos = made();
  await photos.choose([file('a')]);
  photos.keepDates = false;
  await photos.settled();
  expect(photos.media).toEqual([{ upload: 1, taken_at: null }]);
  photos.clear();
  expect(photos.keepDates).toBe(true);
});
