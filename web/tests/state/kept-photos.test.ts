import { beforeEach, expect, test, vi } from 'vitest';

import type { DraftKeeper } from '../../src/lib/state/draft-keeper';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import { later, settle } from './browser';

const disk = vi.hoisted(() => ({ open: (): Promise<unknown> => Promise.resolve(null) }));
vi.mock('../../src/lib/state/draft-keeper', () => ({ DraftKeeper: { open: () => disk.open() } }));

/** A keeper as it is opened, with what is kept; `closed` tells how often it was let go. */
function keeper(restore: () => Promise<unknown>) {
  const made = { closed: 0, saved: 0, restore, save: () => (made.saved += 1), close: () => Promise.resolve(void (made.closed += 1)) };
  return made as typeof made & DraftKeeper;
}
const draft = { keepDates: true, photos: [] };

let mayOpen: ReturnType<typeof later<boolean>>;
let kept: KeptPhotos;
beforeEach(() => {
  mayOpen = later();
  kept = new KeptPhotos(1, 'space-3', () => mayOpen.promise);
});

test('who signs out while it is opened leaves nothing open, and is handed nothing', async () => {
  const opening = later<unknown>();
  const open = vi.spyOn(disk, 'open').mockReturnValue(opening.promise);
  mayOpen.resolve(true);
  const restored = kept.open();
  await vi.waitFor(() => expect(open).toHaveBeenCalled());
  const closed = kept.close();
  const late = keeper(() => Promise.resolve(draft));
  opening.resolve(late);
  expect(await restored).toBeNull();
  await closed;
  kept.save(draft);
  expect([late.closed, late.saved]).toEqual([1, 0]);
});

test('who signs out before it is opened has no database made again', async () => {
  const open = vi.spyOn(disk, 'open').mockClear();
  const restored = kept.open();
  void kept.close();
  mayOpen.resolve(true);
  expect(await restored).toBeNull();
  expect(open).not.toHaveBeenCalled();
});

test('what cannot be read is let go as it is, and is read the next time', async () => {
  mayOpen.resolve(true);
  const broken = keeper(() => Promise.reject(new Error('unread')));
  disk.open = () => Promise.resolve(broken);
  await expect(kept.open()).rejects.toThrow('unread');
  kept.save(draft);
  await settle();
  expect([broken.closed, broken.saved]).toEqual([1, 0]);
  disk.open = () => Promise.resolve(keeper(() => Promise.resolve(draft)));
  expect(await kept.open()).toEqual(draft);
});
