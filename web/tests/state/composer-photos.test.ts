import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Sending } from '../../src/lib/api/tus';
import { shareOf } from '../photos';
import { browser, settle } from './browser';
import { arrived, composing, file, type Sent } from './composing';
import { Line } from './uploads';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));
vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File) => Promise.resolve({ file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false }),
}));

let sent: Sent[];
let line: Line;

beforeEach(() => {
  browser();
  sent = [];
  line = new Line();
  wire.send = line.send as typeof wire.send;
});
afterEach(() => void vi.unstubAllGlobals());

const made = () => composing(line, sent);

test('what was chosen is sent once all of it has arrived, in its order, with its captions', async () => {
  line.held = [];
  const { composer } = made();
  await composer.photos.choose([file('a'), file('b'), file('c')]);
  composer.photos.describe(composer.photos.all[0]?.id ?? 0, 'Lake');
  composer.photos.move(2, 0);
  const sending = composer.send();
  await settle();
  expect([composer.state, sent.length]).toEqual(['sending', 0]);
  line.release();
  await vi.waitFor(() => expect(sent.length).toBe(1));
  expect(sent[0]?.json.media.map(({ upload, caption }) => [line.nameOf(upload), caption])).toEqual([
    ['c', undefined],
    ['a', 'Lake'],
    ['b', undefined],
  ]);
  sent[0]?.answer.resolve(shareOf(9));
  await sending;
  expect([composer.photos.all, composer.sent?.id, line.deleted]).toEqual([[], 9, []]);
});

test('what is refused keeps the share from being sent, and is said; taken out, the rest is sent', async () => {
  line.fates.set('b', [new ApiError(415, '', 'photo_type')]);
  const { composer } = made();
  await composer.photos.choose([file('a'), file('b')]);
  await composer.send();
  expect([composer.state, composer.problem, sent.length]).toEqual(['writing', { what: 'refused' }, 0]);
  composer.photos.remove(composer.photos.all[1]?.id ?? 0);
  const sending = composer.send();
  await vi.waitFor(() => expect(sent.length).toBe(1));
  sent[0]?.answer.resolve(shareOf(9));
  await sending;
  expect(composer.sent?.id).toBe(9);
});

test('an upload that waited for too long is sent again, and then the share, under the same key', async () => {
  const { composer } = made();
  await composer.photos.choose([file('a'), file('b')]);
  await arrived(composer);
  line.deleted.push('/uploads/2');
  const sending = composer.send();
  await vi.waitFor(() => expect(sent.length).toBe(1));
  sent[0]?.answer.reject(new ApiError(404, '', 'no_such_upload', null, { id: '2' }));
  await vi.waitFor(() => expect(sent.length).toBe(2));
  expect(sent[1]?.json.media).toEqual([{ upload: 1 }, { upload: 3 }]);
  expect(sent[1]?.key).toBe(sent[0]?.key);
  sent[1]?.answer.resolve(shareOf(9));
  await sending;
  expect(composer.sent?.id).toBe(9);
});

test('given up while it waits for its photos, it is not sent, and the photos are there', async () => {
  line.held = [];
  const { composer } = made();
  await composer.photos.choose([file('a')]);
  const sending = composer.send();
  composer.cancel();
  line.release();
  await arrived(composer);
  await sending;
  expect([composer.state, sent.length, composer.photos.all.length]).toEqual(['writing', 0, 1]);
});

test('that the film of a motion photo is not shared is known at the photo, and said afterwards only to who could not have read it', async () => {
  line.moving = ['a'];
  const { composer, toasts } = made();
  await composer.photos.choose([file('a'), file('b')]);
  await arrived(composer);
  expect(composer.photos.all.map(({ upload }) => upload.hasLostFilm)).toEqual([true, false]);
  const read = composer.send();
  await vi.waitFor(() => expect(sent.length).toBe(1));
  sent[0]?.answer.resolve(shareOf(9));
  await read;
  expect(toasts.show).not.toHaveBeenCalled();

  line.held = [];
  await composer.photos.choose([file('a')]);
  const sending = composer.send();
  await settle();
  line.release();
  await vi.waitFor(() => expect(sent.length).toBe(2));
  sent[1]?.answer.resolve(shareOf(10));
  await sending;
  expect(toasts.show.mock.calls.map(([text]) => text)).toEqual(['upload.film_dropped']);
});
