// What was shared to the app, where the device has little space left.

import { afterEach, expect, test, vi } from 'vitest';

import { keepShared, readShared } from '../src/lib/dom/shared-files';

afterEach(() => void vi.unstubAllGlobals());

/** Caches in memory in which nothing larger than this fits. */
function cachesOf(most: number) {
  const kept = new Map<string, Response>();
  const cache = {
    put: async (path: string, response: Response) => {
      if ((await response.clone().blob()).size > most) throw new DOMException('', 'QuotaExceededError');
      kept.set(path, response);
    },
    match: (path: string) => Promise.resolve(kept.get(path)?.clone()),
  };
  vi.stubGlobal('caches', { open: () => Promise.resolve(cache), delete: () => Promise.resolve(kept.clear()) });
}

test('of files that do not fit on the device the others are kept, and how many are missing is known', async () => {
  cachesOf(100);
  const file = (name: string, size: number) => new File(['x'.repeat(size)], name, { type: 'image/jpeg' });
  await keepShared({ text: 'Look', files: [file('a.jpg', 10), file('large.jpg', 1000), file('b.jpg', 20)] });
  const { text, files, lost } = await readShared();
  expect([text, files.map(({ name }) => name), lost]).toEqual(['Look', ['a.jpg', 'b.jpg'], 1]);
  await keepShared({ text: '', files: [file('c.jpg', 10)] });
  expect((await readShared()).lost).toBe(0);
});
