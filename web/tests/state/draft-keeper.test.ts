import { expect, test, vi } from 'vitest';

import { DraftKeeper } from '../../src/lib/state/draft-keeper';
import { later, settle } from './browser';

const disk = vi.hoisted(() => ({ putBlob: (_key: unknown[]): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/dom/database', () => ({ Database: { open: () => Promise.resolve(disk) } }));

test('a film is kept when its poster is, too: a reload in between would take that', async () => {
  const poster = later<undefined>();
  const put: unknown[] = [];
  disk.putBlob = (key) => {
    put.push(key[2]);
    return key[2] === 'poster' ? poster.promise : Promise.resolve();
  };
  const keeper = await DraftKeeper.open(1, 'space-3');
  const film = { file: new Blob(['film']), name: 'film', url: '', width: 4, height: 3, shrunk: false, video: { poster: new Blob(['p']) } };
  keeper?.keep(1, film);
  await settle();
  expect([put, keeper?.has(1)]).toEqual([['poster'], false]);
  poster.resolve(undefined);
  await settle();
  expect([put, keeper?.has(1)]).toEqual([['poster', 'file'], true]);
});
