import { expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { SpaceSummary } from '../../src/lib/api/types';
import { Spaces } from '../../src/lib/state/spaces.svelte';
import { later } from './browser';

const mine = (id: number, name: string, is_admin = false): SpaceSummary => ({
  space: { id, name, avatar_url: null },
  is_admin,
  member_count: 3,
  latest_share: null,
  unread: 0,
  last_activity_at: '2026-05-17T09:30:00Z',
  last_read_share_id: null,
});
const unreachable = () => new ApiError(0, '', 'unreachable');

function mySpaces(...answers: (SpaceSummary[] | Error)[]) {
  const read = vi.fn(() => {
    const answer = answers.shift() ?? [];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const createSpace = (name: string) => Promise.resolve({ id: 9, name, avatar_url: null });
  return { spaces: new Spaces({ mySpaces: read, createSpace }), read };
}

test('a failed read shows an error, and keeps what was there until one succeeds', async () => {
  const { spaces } = mySpaces([mine(3, 'Family')], unreachable(), [mine(4, 'Choir')]);
  await spaces.load();
  await spaces.load();
  expect(spaces.error).toMatchObject({ code: 'unreachable' });
  expect(spaces.find(3)?.space.name).toBe('Family');
  await spaces.load();
  expect(spaces.error).toBeNull();
  expect(spaces.find(3)).toBeUndefined();
});

test('concurrent calls share one request; after a change, there is another', async () => {
  const { spaces, read } = mySpaces([mine(3, 'Family')], [mine(3, 'Our family')]);
  void spaces.load();
  void spaces.load();
  await spaces.reload();
  expect(read).toHaveBeenCalledTimes(2);
  expect(spaces.find(3)?.space.name).toBe('Our family');
});

test('a read mark goes on and never back', async () => {
  const { spaces } = mySpaces([mine(3, 'Family'), mine(4, 'Choir')]);
  await spaces.load();
  for (const share of [7, 9, 8]) spaces.markRead(3, share);
  expect(spaces.list?.map(({ last_read_share_id }) => last_read_share_id)).toEqual([9, null]);
});

test('a space that was made is in the list', async () => {
  const { spaces } = mySpaces([mine(9, 'Garden')]);
  expect(await spaces.create('Garden')).toEqual({ id: 9, name: 'Garden', avatar_url: null });
  expect(spaces.list).toHaveLength(1);
});

test('two spaces whose names only look the same are distinguished', async () => {
  const { spaces } = mySpaces([mine(3, 'Family'), mine(4, ' family'), mine(5, 'Choir')]);
  await spaces.load();
  expect(spaces.isDouble({ id: 3, name: 'Family' })).toBe(true);
  expect(spaces.isDouble({ id: 5, name: 'Choir' })).toBe(false);
});

test('cleared, there is neither a list nor an error', async () => {
  const { spaces } = mySpaces([mine(3, 'Family')], unreachable());
  await spaces.load();
  await spaces.load();
  spaces.clear();
  expect(spaces.list).toBeNull();
  expect(spaces.error).toBeNull();
});

const busy = (id: number, day: number, unread = 0): SpaceSummary => ({
  ...mine(id, `Space ${id}`),
  unread,
  last_activity_at: `2026-05-${day}T09:30:00Z`,
});
const orderOf = ({ list }: Spaces) => list?.map(({ space }) => space.id);

test('my spaces stand in the order of what happened last, and stay there until one goes elsewhere', async () => {
  const { spaces } = mySpaces([busy(3, 10), busy(4, 12)], [busy(3, 14), busy(4, 12), busy(5, 13)]);
  await spaces.load();
  expect(orderOf(spaces)).toEqual([4, 3]);
  await spaces.load();
  expect(orderOf(spaces)).toEqual([5, 4, 3]);
  spaces.arrange();
  expect(orderOf(spaces)).toEqual([3, 5, 4]);
});

test('what is new is counted over all spaces, and what was heard meanwhile is newer than an answer', async () => {
  const answer = later<SpaceSummary[]>();
  const spaces = new Spaces({ mySpaces: () => answer.promise, createSpace: vi.fn() });
  const reading = spaces.load();
  spaces.hear(busy(3, 10, 0));
  answer.resolve([busy(3, 10, 7), busy(4, 12, 2)]);
  await reading;
  expect(spaces.unread).toBe(2);
  spaces.hear(busy(4, 12, 100));
  expect(spaces.unread).toBe(100);
});

test('an answer to the one who was here is not shown to the next, and not what they wait for', async () => {
  const [before, after] = [later<SpaceSummary[]>(), later<SpaceSummary[]>()];
  const read = vi.fn().mockReturnValueOnce(before.promise).mockReturnValueOnce(after.promise);
  const spaces = new Spaces({ mySpaces: read, createSpace: vi.fn() });
  const reading = spaces.load();
  spaces.clear();
  const next = spaces.load();
  before.resolve([mine(3, 'Family')]);
  await reading;
  expect(spaces.list).toBeNull();
  after.resolve([mine(4, 'Choir')]);
  await next;
  expect(spaces.list?.map(({ space }) => space.name)).toEqual(['Choir']);
});
