import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ServerInfo } from '../../src/lib/api/types';
import type { Sending } from '../../src/lib/api/tus';
import type { Picture } from '../../src/lib/photos/chosen';
import { ChosenPictures } from '../../src/lib/state/chosen-pictures.svelte';
import type { Draft } from '../../src/lib/state/draft-keeper';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import { Uploads } from '../../src/lib/state/uploads';
import { Line } from './uploads';

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
  override close = () => void (this.closed = true);
}

let line: Line;
beforeEach(() => {
  line = new Line();
  wire.send = line.send as typeof wire.send;
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

function made(draft: Draft | null) {
  const kept = new Kept(1, 'space-3');
  kept.draft = draft;
  const session = { server: { limits: { media_per_share: 20 } } as ServerInfo };
  const changed = vi.fn();
  const photos = new ChosenPictures(session, changed, new Uploads(line.api, { me: { id: 1, login: 'ann' } }), kept);
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
