// What one user has seen isn't told for the next one.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { ReadMarks } from '../../src/lib/state/read-marks';
import { shareOf } from '../photos';
import { later } from './browser';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is on its way when its user leaves is not told again, and keeps nothing of the next from being told', async () => {
  const request = vi.fn((..._asked: unknown[]): Promise<unknown> => Promise.resolve());
  const mine = { unread: 9, last_read_share_id: 1 };
  const spaces = { find: () => mine, markRead: vi.fn(), reload: vi.fn() };
  const marks = new ReadMarks({ api: { request }, connection: { onReconnect: () => () => true }, live: { works: true, on: () => () => true }, spaces } as never);
  const said = (id: number) => ({ ...shareOf(id), comments: { count: 1, latest: [] } });
  const seen = () => request.mock.calls.map(([, path, options]) => [path, (options as { json: { share_id: number } }).json.share_id]);
  for (const end of [(one: ReturnType<typeof later>) => one.resolve(null), (one: ReturnType<typeof later>) => one.reject(new ApiError(503, '', 'http'))]) {
    request.mockClear();
    const answer = later<unknown>();
    request.mockReturnValueOnce(answer.promise);
    for (const id of [8, 9]) marks.see(3, said(id));
    await vi.advanceTimersByTimeAsync(2_000);
    marks.clear();
    marks.see(3, said(9));
    end(answer);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen()).toEqual([['/spaces/3/read', 9], ['/spaces/3/read', 9]]);
    marks.clear();
  }
  expect(spaces.markRead.mock.calls).toEqual([[3, 9], [3, 9]]);
});
