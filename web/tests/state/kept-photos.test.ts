import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { DraftKeeper } from '../../src/lib/state/draft-keeper';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import { browser, later, settle } from './browser';

const disk = vi.hoisted(() => ({ open: (): Promise<unknown> => Promise.resolve(null) }));
vi.mock('../../src/lib/state/draft-keeper', () => ({ DraftKeeper: { open: () => disk.open() } }));

/** A keeper as it is opened, with what is kept; `closed` tells how often it was let go. */
function keeper(restore: () => Promise<unknown>) {
  const made = { closed: 0, saved: 0, cleared: 0, restore, save: () => (made.saved += 1), clear: () => (made.cleared += 1), close: () => Promise.resolve(void (made.closed += 1)) };
  return made as typeof made & DraftKeeper;
}
const draft = { keepDates: true, photos: [] };

let mayOpen: ReturnType<typeof later<boolean>>;
let kept: KeptPhotos;
beforeEach(() => {
  browser();
  mayOpen = later();
  kept = new KeptPhotos(1, 'space-3', () => mayOpen.promise);
});
afterEach(() => void vi.unstubAllGlobals());

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

/** Photos are kept, as the flag says, and the page is reloaded. */
async function reloaded() {
  mayOpen.resolve(true);
  disk.open = () => Promise.resolve(keeper(() => Promise.resolve(draft)));
  await kept.open();
  kept.save({ keepDates: true, photos: [{} as never] });
  kept = new KeptPhotos(1, 'space-3', () => mayOpen.promise);
  expect(kept.isExpected).toBe(true);
}

test('where the browser does not open it, photos that should be there are not taken for none', async () => {
  await reloaded();
  disk.open = () => Promise.resolve(null);
  await expect(kept.open()).rejects.toThrow('not opened');
  expect(kept.isExpected).toBe(true);
  disk.open = () => Promise.resolve(keeper(() => Promise.resolve(draft)));
  expect(await kept.open()).toEqual(draft);
});

test('where another window has them, or there are none, nothing is missing', async () => {
  disk.open = () => Promise.resolve(null);
  mayOpen.resolve(true);
  expect(await kept.open()).toBeNull();
  await reloaded();
  mayOpen = later();
  mayOpen.resolve(false);
  disk.open = () => Promise.resolve(null);
  expect(await kept.open()).toBeNull();
});

test('what is not wanted any more is deleted as soon as it can be opened, and not handed out again', async () => {
  await reloaded();
  disk.open = () => Promise.resolve(null);
  await kept.discard();
  expect(kept.isExpected).toBe(false);
  const found = keeper(() => Promise.resolve(draft));
  disk.open = () => Promise.resolve(found);
  expect([await kept.open(), found.cleared]).toEqual([null, 1]);
});
