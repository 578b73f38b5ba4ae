// What is new, and that it was seen.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { SpaceSummary } from '../../src/lib/api/types';
import { isLate, lineAbove, settled, visitOf } from '../../src/lib/state/news-line';
import type { News } from '../../src/lib/state/news';
import { ReadMarks } from '../../src/lib/state/read-marks';
import { shareOf, userOf } from '../photos';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const summary = (last_read_share_id: number | null, unread = 0): SpaceSummary => ({
  space: { id: 3, name: 'Family', avatar_url: null },
  is_admin: false,
  member_count: 2,
  latest_share: null,
  unread,
  last_activity_at: '2026-05-17T09:30:00Z',
  last_read_share_id,
});
const by = (user: number, id: number) => ({ ...shareOf(id), user: userOf(user, `user${user}`) });
const said = (id: number, count: number) => ({ ...by(2, id), comments: { count, latest: [] } });

test('a line stands above the newest that is not new, if others have shared something since', () => {
  const shares = [by(2, 9), by(1, 8), by(2, 7), by(2, 6)];
  const line = (after: number | null, shown = shares, me = 1) => lineAbove(shown, visitOf(summary(after)), me);
  expect(line(7)).toBe(7);
  expect(line(9)).toBeNull();
  // All is new, or only what is my own.
  expect(line(null)).toBeNull();
  expect(line(7, [by(1, 9), by(1, 8), by(2, 7)])).toBeNull();
  // The share that was read last is gone.
  expect(line(7, [by(2, 9), by(2, 6)])).toBe(6);
});

test('what arrives during a visit draws no line', () => {
  const before = [by(2, 7), by(2, 6)];
  const visit = settled(visitOf(summary(7)), before);
  expect(lineAbove([by(2, 8), ...before], visit, 1)).toBeNull();
});

function marks(mine: SpaceSummary | undefined, answer: () => Promise<unknown> = () => Promise.resolve()) {
  const sent: unknown[] = [];
  let reconnect: () => void = () => undefined;
  let happens: (news: News) => void = () => undefined;
  const deps = {
    api: {
      request: vi.fn((method: string, path: string, { json }: { json?: unknown } = {}) => {
        sent.push([method, path, json]);
        return answer();
      }),
    },
    connection: { onReconnect: (task: () => void) => ((reconnect = task), () => true) },
    live: { works: true, on: (listen: (news: News) => void) => ((happens = listen), () => true) },
    spaces: { find: () => mine, markRead: vi.fn(), reload: vi.fn() },
  };
  const made = new ReadMarks(deps as never);
  made.start();
  return { made, sent, deps, reconnect: () => reconnect(), happens: (news: News) => happens(news) };
}

const put = (share: number) => ['PUT', '/spaces/3/read', { share_id: share }];
const soon = () => vi.advanceTimersByTimeAsync(2_000);

test('the newest that was seen is told once, and not one behind what is read', async () => {
  const { made, sent } = marks(summary(6, 3));
  for (const share of [said(8, 0), said(9, 0), said(7, 0), said(5, 0)]) made.see(3, share);
  await soon();
  for (const share of [said(9, 0), said(8, 0)]) made.see(3, share);
  await soon();
  expect(sent).toEqual([put(9)]);
});

test('what was said to an older share is told when that is seen; where nothing is unread, it is not', async () => {
  const unread = marks(summary(9, 2));
  unread.made.see(3, said(4, 2));
  await soon();
  expect(unread.sent).toEqual([put(4)]);
  const read = marks(summary(9, 0));
  read.made.see(3, said(4, 2));
  await soon();
  expect(read.sent).toEqual([]);
  // Said while one looks at it.
  read.made.see(3, said(4, 3));
  await soon();
  expect(read.sent).toEqual([put(4)]);
});

test('a comment that comes in the place of one that goes is told as seen too', async () => {
  const { made, sent } = marks(summary(9, 1));
  const saidBy = (...comments: number[]) => ({ ...by(2, 9), comments: { count: comments.length, latest: comments.map((id) => ({ id })) } }) as never;
  for (const share of [saidBy(1, 2), saidBy(1, 2), saidBy(1, 3)]) {
    made.see(3, share);
    await soon();
  }
  expect(sent).toEqual([put(9), put(9)]);
});

test('what is told as read is read here too, once the server has it', async () => {
  const { made, deps } = marks(summary(6, 1));
  made.see(3, said(9, 0));
  expect(deps.spaces.markRead).not.toHaveBeenCalled();
  await soon();
  expect(deps.spaces.markRead).toHaveBeenCalledExactlyOnceWith(3, 9);
});

test('a share on its own page does not say that those before it were seen', async () => {
  const several = marks(summary(6, 3));
  several.made.see(3, said(9, 0), { alone: true });
  const one = marks(summary(6, 1));
  one.made.see(3, said(9, 0), { alone: true });
  await soon();
  expect([several.sent, one.sent]).toEqual([[], [put(9)]]);
});

test('without a connection it is told later; what is refused is not told again', async () => {
  let error: ApiError | null = new ApiError(0, '', 'unreachable');
  const { made, sent, reconnect } = marks(summary(6, 1), () => (error ? Promise.reject(error) : Promise.resolve()));
  made.see(3, said(9, 0));
  await soon();
  error = new ApiError(404, 'No such share', 'no_such_share');
  reconnect();
  await soon();
  reconnect();
  await soon();
  expect(sent).toEqual([put(9), put(9)]);
});

test('what the server cannot take just now is told again after a while', async () => {
  const busy = [new ApiError(429, '', 'http', 30), new ApiError(503, '', 'http'), new ApiError(408, '', 'http')];
  const { made, sent, deps } = marks(summary(6, 1), () => (busy.length > 0 ? Promise.reject(busy.shift() as ApiError) : Promise.resolve()));
  made.see(3, said(9, 0));
  await vi.advanceTimersByTimeAsync(29_000);
  expect(sent).toEqual([put(9)]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent).toEqual([put(9), put(9)]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sent).toEqual(Array.from({ length: 4 }, () => put(9)));
  expect(deps.spaces.markRead).toHaveBeenCalledExactlyOnceWith(3, 9);
});

test('where changes do not arrive by themselves, my spaces are read again', async () => {
  const { made, deps } = marks(summary(6, 1));
  deps.live.works = false;
  made.see(3, said(9, 0));
  await soon();
  expect(deps.spaces.reload).toHaveBeenCalledOnce();
});

test('a share that came after one with a higher id is late, and no other', () => {
  const at = (id: number, second: number) => ({ ...by(2, id), timestamp: `2026-05-20T12:00:0${second}Z` });
  const shares = [at(9, 3), at(8, 4), at(7, 3), at(6, 2)];
  expect(shares.filter((share) => isLate(share, shares)).map(({ id }) => id)).toEqual([8, 7]);
});

test('what came late below what is read is told too, seen with it or later', async () => {
  const late = { isLate: () => true };
  const both = marks(summary(6, 2));
  both.made.see(3, said(9, 0));
  both.made.see(3, said(8, 0), late);
  await soon();
  expect(both.sent).toEqual([put(9), put(8)]);
  const later = marks(summary(9, 1));
  later.made.see(3, said(8, 0), late);
  later.made.see(3, said(7, 0));
  await soon();
  expect(later.sent).toEqual([put(8)]);
  const read = marks(summary(9, 0));
  read.made.see(3, said(8, 0), late);
  await soon();
  expect(read.sent).toEqual([]);
  // It has just come, which isn't counted here yet.
  const live = marks(summary(9, 0));
  live.happens({ kind: 'share.created', data: { ...shareOf(8), space_id: 3 } });
  live.made.see(3, said(8, 0), late);
  await soon();
  expect(live.sent).toEqual([put(8)]);
});

test('on its own page, one that may have come late is told, unless that passes over others', async () => {
  const [one, several] = [marks(summary(9, 1)), marks(summary(9, 2))];
  for (const { made } of [one, several]) made.see(3, said(8, 0), { alone: true });
  await soon();
  expect([one.sent, several.sent]).toEqual([[put(8)], []]);
});
