import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { Deletions } from '../../src/lib/state/deletions.svelte';
import { Toasts } from '../../src/lib/state/toasts.svelte';
import { browser, later, settle } from './browser';

function made() {
  const deleteShare = vi.fn((_share: number, _keepalive?: boolean) => Promise.resolve({ data: undefined, next: null }));
  const toasts = new Toasts();
  const deletions = new Deletions({ delete: deleteShare }, toasts, { deleted: () => 'deleted', undo: () => 'undo' });
  const gone = vi.fn();
  return { deletions, toasts, deleteShare, gone };
}

/** The ten seconds have passed. */
async function wait() {
  vi.advanceTimersByTime(10_000);
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  browser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a share is hidden immediately, and deleted once it can no longer be undone', async () => {
  const { deletions, deleteShare, gone } = made();
  deletions.begin(7, gone);
  expect(deletions.isHidden(7)).toBe(true);
  expect(deleteShare).not.toHaveBeenCalled();
  await wait();
  expect(deleteShare).toHaveBeenCalledExactlyOnceWith(7, false);
  expect(gone).toHaveBeenCalledOnce();
  expect(deletions.isHidden(7)).toBe(true);
});

test('undone, it is there again and is never deleted', async () => {
  const { deletions, toasts, deleteShare, gone } = made();
  deletions.begin(7, gone);
  toasts.act(toasts.list[0]?.id ?? 0);
  await wait();
  expect(deletions.isHidden(7)).toBe(false);
  expect(deleteShare).not.toHaveBeenCalled();
  expect(gone).not.toHaveBeenCalled();
});

test('what the server refuses to delete is shown again, with the reason; tried again, that is forgotten', async () => {
  const { deletions, deleteShare, gone } = made();
  deleteShare.mockRejectedValueOnce(new ApiError(403, "User doesn't own this share", 'not_owner'));
  deletions.begin(7, gone);
  await wait();
  expect(deletions.isHidden(7)).toBe(false);
  expect(deletions.refusals.get(7)).toMatchObject({ code: 'not_owner' });
  deletions.begin(7, gone);
  expect(deletions.refusals.has(7)).toBe(false);
});

test('what another user has already deleted counts as deleted', async () => {
  const { deletions, deleteShare, gone } = made();
  deleteShare.mockRejectedValueOnce(new ApiError(404, 'No such share', 'no_share'));
  deletions.begin(7, gone);
  await wait();
  expect(gone).toHaveBeenCalledOnce();
  expect(deletions.refusals.size).toBe(0);
});

test('before one signs out, what waits is sent once and waited for', async () => {
  const { deletions, toasts, deleteShare, gone } = made();
  deletions.begin(7, gone);
  deletions.begin(8, gone);
  await deletions.flush();
  expect(gone).toHaveBeenCalledTimes(2);
  expect(toasts.list).toEqual([]);
  await wait();
  expect(deleteShare.mock.calls).toEqual([
    [7, false],
    [8, false],
  ]);
});

test('a page that goes sends what waits in a request that outlives it', async () => {
  const { window, listeners } = browser();
  const { deletions, deleteShare, gone } = made();
  const stop = deletions.start();
  deletions.begin(7, gone);
  window.dispatchEvent(new Event('pagehide'));
  await settle();
  expect(deleteShare).toHaveBeenCalledExactlyOnceWith(7, true);
  stop();
  expect(listeners()).toBe(0);
});

test('a page that is hidden sends what waits, which cannot be undone any more; what fails is there again on return', async () => {
  const { document, listeners } = browser();
  const { deletions, toasts, deleteShare, gone } = made();
  const answer = later<never>();
  deleteShare.mockReturnValueOnce(answer.promise);
  const stop = deletions.start();
  deletions.begin(7, gone);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(deleteShare).not.toHaveBeenCalled();
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(deleteShare).toHaveBeenCalledExactlyOnceWith(7, true);
  expect([toasts.list, deletions.isHidden(7)]).toEqual([[], true]);
  answer.reject(new ApiError(0, '', 'unreachable'));
  await wait();
  expect([deletions.isHidden(7), gone.mock.calls.length]).toEqual([false, 0]);
  expect(deletions.refusals.get(7)).toMatchObject({ code: 'unreachable' });
  stop();
  expect(listeners()).toBe(0);
});

test('for the next person nothing is hidden, and nothing is deleted in their name', async () => {
  const { deletions, toasts, deleteShare, gone } = made();
  deletions.begin(7, gone);
  deletions.clear();
  await wait();
  expect(deletions.isHidden(7)).toBe(false);
  expect(deleteShare).not.toHaveBeenCalled();
  expect(toasts.list).toEqual([]);
});
