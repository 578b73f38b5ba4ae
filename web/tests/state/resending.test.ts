import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { Conversation } from '../../src/lib/state/conversation.svelte';
import { WindowDrafts } from '../../src/lib/state/window-drafts';
import { browser } from './browser';
import { userOf } from '../photos';

beforeEach(() => {
  browser();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('each time the connection is back, a comment is sent again later, a few times, and then by hand', async () => {
  const comment = vi.fn(() => Promise.reject(new ApiError(0, '', 'unreachable')));
  const conversation = new Conversation(7, {
    api: { comment } as never,
    session: { me: userOf(1, 'ann'), server: null },
    feeds: { of: () => ({}) as never },
    outbox: { hasTurn: () => true, add: () => Promise.resolve(false) },
    drafts: new WindowDrafts(),
    onkept: () => undefined,
    onheard: () => undefined,
  });
  conversation.write('Hello');
  await conversation.send();
  const counts: number[] = [];
  for (let second = 0; second < 60; second++) {
    conversation.reconnected();
    await vi.advanceTimersByTimeAsync(1000);
    counts.push(comment.mock.calls.length);
  }
  expect([counts[0], counts[59], conversation.error]).toEqual([2, 5, new ApiError(0, '', 'unreachable')]);
  await conversation.send();
  conversation.reconnected();
  conversation.write('Something else');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(comment).toHaveBeenCalledTimes(6);
});
