// What is read from the server as a whole.

import { expect, test, vi } from 'vitest';

import { Reading } from '../../src/lib/state/reading.svelte';
import { later, settle } from './browser';

test('an answer that was overtaken by a newer one is not shown', async () => {
  const [slow, quick] = [later<number>(), later<number>()];
  const read = vi.fn().mockReturnValueOnce(slow.promise).mockReturnValueOnce(quick.promise);
  const reading = new Reading<number>(read);
  const both = [reading.load(), reading.load()];
  quick.resolve(2);
  await settle();
  expect([reading.value, reading.loading]).toEqual([2, true]);
  slow.resolve(1);
  await Promise.all(both);
  expect([reading.value, reading.loading]).toEqual([2, false]);
});

test('what the server does for one at a time is not asked for again before it has answered', async () => {
  const open = later<number>();
  const read = vi.fn(() => open.promise);
  const reading = new Reading<number>(read, true);
  const both = [reading.load(), reading.load()];
  open.resolve(3);
  await Promise.all(both);
  expect([reading.value, reading.loading]).toEqual([3, false]);
  expect(read).toHaveBeenCalledTimes(1);
  await reading.load();
  expect(read).toHaveBeenCalledTimes(2);
});

test('what was read for one person is not there for the next', async () => {
  const open = later<number>();
  const reading = new Reading(() => open.promise);
  const loading = reading.load();
  reading.clear();
  open.resolve(7);
  await loading;
  expect(reading.value).toBeNull();
});

test('what was changed is shown at once, and no answer from before it is', async () => {
  const [before, after] = [later<string[]>(), later<string[]>()];
  const read = vi.fn().mockResolvedValueOnce(['phone', 'laptop']).mockReturnValueOnce(before.promise).mockReturnValueOnce(after.promise);
  const reading = new Reading<string[]>(read);
  await reading.load();
  const again = reading.load();
  const changed = reading.change((all) => all.filter((device) => device !== 'phone'));
  expect(reading.value).toEqual(['laptop']);
  before.resolve(['phone', 'laptop']);
  await again;
  expect(reading.value).toEqual(['laptop']);
  after.resolve(['laptop', 'tablet']);
  await changed;
  expect(reading.value).toEqual(['laptop', 'tablet']);
});
