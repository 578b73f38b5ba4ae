// Looks at what has changed in a feed that are due while something else of it is read.

import { expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Page, Share } from '../../src/lib/api/types';
import { Feed } from '../../src/lib/state/feed.svelte';
import { shareOf, userOf } from '../photos';
import { later, settle } from './browser';

/** A feed whose server has a share that is edited, and an older one. */
function feedOf() {
  let text = 'before';
  const api = {
    shares: vi.fn((..._asked: unknown[]): Promise<Page<Share>> => Promise.resolve({ rows: [shareOf(9, null, text)], next: '/2' })),
    moreShares: vi.fn((_next: string): Promise<Page<Share>> => Promise.resolve({ rows: [shareOf(8)], next: null })),
  };
  const feed = new Feed(3, api, { me: userOf(2, 'bob') });
  return { api, feed, texts: () => feed.shares.map((share) => share.text), edit: () => (text = 'after') };
}

test('a look at all that is known is taken after older shares have been read', async () => {
  const { api, feed, texts, edit } = feedOf();
  await feed.more();
  const older = later<Page<Share>>();
  api.moreShares.mockReturnValueOnce(older.promise);
  const more = feed.more();
  edit();
  const looks = Promise.all([feed.look({ whole: true }), feed.look({ show: true })]);
  await settle();
  expect(api.shares).toHaveBeenCalledTimes(1);
  // What is new at the top may wait for the next look.
  await feed.look();
  older.resolve({ rows: [shareOf(8)], next: null });
  await Promise.all([more, looks]);
  expect([texts(), feed.isWhole]).toEqual([['after', 'Look'], true]);
  expect(api.shares).toHaveBeenCalledTimes(2);
});

test('what a look is to show is shown though another one asked for the same', async () => {
  const { api, feed } = feedOf();
  await feed.more();
  const running = later<Page<Share>>();
  api.shares.mockReturnValueOnce(running.promise);
  const first = feed.look();
  await settle();
  api.shares.mockResolvedValueOnce({ rows: [shareOf(10), shareOf(9)], next: '/2' });
  const looks = [first, feed.look({ whole: true }), feed.look({ whole: true, show: true })];
  running.resolve({ rows: [shareOf(9)], next: '/2' });
  await Promise.all(looks);
  expect([feed.shares, feed.waiting].map((shares) => shares.map(({ id }) => id))).toEqual([[10, 9], []]);
});

test('what is on its way may be too old: it is looked at again after it, and the first page alone is not', async () => {
  const { api, feed, texts, edit } = feedOf();
  const first = later<Page<Share>>();
  api.shares.mockReturnValueOnce(first.promise);
  const opened = feed.catchUp({ whole: true });
  await settle();
  edit();
  const back = feed.catchUp({ whole: true });
  first.resolve({ rows: [shareOf(9, null, 'before')], next: '/2' });
  await opened;
  await back;
  expect([texts(), api.shares.mock.calls.length]).toEqual([['after'], 2]);

  const other = feedOf();
  await other.feed.catchUp({ whole: true, show: true });
  expect(other.api.shares).toHaveBeenCalledOnce();
});

test('where older shares could not be read, these are tried again, and the top is looked at too', async () => {
  const { api, feed, texts, edit } = feedOf();
  await feed.more();
  const refusal = new ApiError(0, '', 'unreachable');
  api.moreShares.mockRejectedValueOnce(refusal).mockRejectedValueOnce(refusal);
  await feed.more();
  edit();
  await feed.catchUp({ whole: true });
  expect([texts(), feed.error]).toEqual([['before'], refusal]);
  await feed.catchUp({ whole: true });
  expect([texts(), feed.error]).toEqual([['after', 'Look'], null]);
});
