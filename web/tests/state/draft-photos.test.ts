import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FileGone } from '../../src/lib/api/errors';
import type { ServerInfo } from '../../src/lib/api/types';
import type { Sending } from '../../src/lib/api/tus';
import type { Picture } from '../../src/lib/photos/chosen';
import { ChosenPictures } from '../../src/lib/state/chosen-pictures.svelte';
import type { Draft } from '../../src/lib/state/draft-keeper';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import { Uploads } from '../../src/lib/state/uploads';
import { Line } from './uploads';
import { userOf } from '../photos';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));
vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File) => Promise.resolve({ file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false }),
}));

/** What a browser keeps, without the browser. */
class Kept extends KeptPhotos {
  draft: Draft | null = null;
  closed = false;
  isOpen = false;
  override get isExpected() {
    return this.draft !== null;
  }
  override open = () => {
    const found = this.isOpen ? null : this.draft;
    this.isOpen = true;
    return Promise.resolve(found);
  };
  override save = (draft: Draft) => void (this.draft = this.closed ? this.draft : draft);
  override clear = () => void (this.draft = null);
  override discard = () => Promise.resolve(void (this.draft = null));
  override close = () => Promise.resolve(void (this.closed = true));
}

let line: Line;
beforeEach(() => {
  line = new Line();
  wire.send = line.send as typeof wire.send;
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

function made(draft: Draft | null, uploads = new Uploads(line.api, { me: userOf(1, 'ann') })) {
  const kept = new Kept(1, 'space-3', () => Promise.resolve(true));
  kept.draft = draft;
  const session = { server: { limits: { media_per_share: 20 } } as ServerInfo, needServer: () => Promise.resolve(null) };
  const changed = vi.fn();
  const photos = new ChosenPictures(session, changed, uploads, kept);
  return { photos, kept, changed };
}
const picture = (name: string, more: Partial<Picture> = {}): Picture => ({
  file: new Blob([name]),
  name,
  url: `blob:${name}`,
  width: 4,
  height: 3,
  shrunk: false,
  ...more,
});
const at = (path: string | null) => ({ file: path, poster: null });
const file = (name: string) => new File([name], name, { lastModified: 5 });

test('after a reload, photos are there in their order with their captions, and their uploads continue where they are', async () => {
  const first = made(null);
  await first.photos.choose([file('a'), file('b')]);
  await first.photos.settled();
  first.photos.describe(1, 'Lake');
  first.photos.move(1, 0);
  const { draft } = first.kept;
  expect(draft?.photos.map(({ caption, paths }) => [caption, paths.file])).toEqual([['', '/uploads/2'], ['Lake', '/uploads/1']]);

  const { photos, changed } = made(draft);
  await photos.choose([file('c')]);
  await photos.settled();
  expect(photos.media.map(({ upload, caption }) => [upload, caption])).toEqual([[2, undefined], [1, 'Lake'], [3, undefined]]);
  expect(new Set(photos.all.map(({ id }) => id)).size).toBe(3);
  expect(line.begun).toEqual(['a', 'b', 'c']);
  // Taken up again, it is the same share; with another photo it isn't.
  expect(changed).toHaveBeenCalledTimes(1);
});

test('an upload that has expired meanwhile is sent again from the kept file', async () => {
  line.deleted.push('/uploads/9');
  const { photos } = made({ keepDates: false, photos: [{ id: 4, caption: '', paths: at('/uploads/9'), picture: picture('a') }] });
  await photos.settled();
  expect(line.begun).toEqual(['a']);
  expect(photos.media).toEqual([{ upload: 1, taken_at: null }]);
});

test('what is shared is kept no longer; what another user finds at the door is', async () => {
  const draft = { keepDates: true, photos: [{ id: 4, caption: '', paths: at(null), picture: picture('a') }] };
  const left = made(draft);
  await left.photos.settled();
  left.photos.leave();
  expect([left.photos.all.length, left.kept.draft?.photos.length]).toEqual([0, 1]);
  const shared = made(draft);
  await shared.photos.settled();
  shared.photos.clear();
  expect(shared.kept.draft?.photos ?? []).toEqual([]);
});

test('photos from before stay kept where what sends them cannot be loaded, and are there once it can', async () => {
  const draft = { keepDates: true, photos: [{ id: 4, caption: 'Lake', paths: at(null), picture: picture('a') }] };
  const uploads = new Uploads(line.api, { me: userOf(1, 'ann') });
  const load = vi.spyOn(uploads, 'load').mockResolvedValue(null);
  const { photos, kept } = made(draft, uploads);
  await photos.choose([file('unwanted')]);
  photos.dropUnready();
  await photos.choose([file('b')]);
  expect([photos.isMissing, kept.draft]).toEqual([true, draft]);
  expect(photos.unready.map(({ name }) => name)).toEqual(['b']);

  load.mockRestore();
  await photos.takeUp();
  expect([photos.isMissing, photos.all.map(({ caption, name }) => [caption, name])]).toEqual([false, [['Lake', 'a'], ['', 'b']]]);
});

test('photos from before stay kept where they cannot be read', async () => {
  const draft = { keepDates: true, photos: [{ id: 4, caption: 'Lake', paths: at(null), picture: picture('a') }] };
  const { photos, kept } = made(draft);
  const { open } = kept;
  kept.open = () => Promise.reject(new Error('a disk that does not answer'));
  await photos.choose([file('b')]);
  expect([photos.isMissing, photos.isEmpty, kept.draft]).toEqual([true, true, draft]);
  kept.open = open;
  await photos.takeUp();
  expect([photos.isMissing, photos.all.length]).toEqual([false, 2]);
});

test('photos from before that cannot be read can be left out, and what was chosen since is there', async () => {
  const draft = { keepDates: true, photos: [{ id: 4, caption: 'Lake', paths: at(null), picture: picture('a') }] };
  const { photos, kept, changed } = made(draft);
  const { open } = kept;
  kept.open = () => (kept.isExpected ? Promise.reject(new Error('a disk that does not answer')) : open());
  await photos.choose([file('b')]);
  expect([photos.isMissing, photos.unready.length, changed.mock.calls.length]).toEqual([true, 1, 0]);
  await photos.dropMissing();
  expect([photos.isWhole, photos.all.map(({ name }) => name)]).toEqual([true, ['b']]);
  // Another share, without them and with the one that was chosen.
  expect(changed).toHaveBeenCalledTimes(2);
});

test('a film that has to be chosen again makes no other share of it', async () => {
  const film = picture('film', { file: new Blob(), unkept: { size: 4, modified: 5 } });
  line.fates.set('', [new FileGone()]);
  const { photos, changed } = made({ keepDates: true, photos: [{ id: 4, caption: '', paths: at(null), picture: film }] });
  await photos.settled();
  expect(photos.hasRefused).toBe(true);
  changed.mockClear();
  await photos.choose([file('film')]);
  await photos.settled();
  expect([photos.hasRefused, photos.all.length, photos.media.length, changed.mock.calls.length]).toEqual([false, 1, 1, 0]);
});

test('what another window has left behind does not come among what was chosen here', async () => {
  const { photos, kept } = made(null);
  const { open } = kept;
  kept.open = () => Promise.resolve(null);
  await photos.choose([file('a')]);
  kept.open = open;
  kept.draft = { keepDates: true, photos: [{ id: 1, caption: 'Lake', paths: at(null), picture: picture('b') }] };
  await photos.choose([file('c')]);
  expect(photos.all.map(({ id, name }) => [id, name])).toEqual([
    [1, 'a'],
    [2, 'c'],
  ]);
});

test('that dates are left out is another share', async () => {
  const { photos, changed } = made(null);
  await photos.choose([file('a')]);
  changed.mockClear();
  photos.chooseDates(false);
  expect(changed).toHaveBeenCalledOnce();
});
