import { expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Member, SpaceSummary, SpaceDetail } from '../../src/lib/api/types';
import { OpenSpaces } from '../../src/lib/state/space.svelte';
import { Spaces } from '../../src/lib/state/spaces.svelte';
import { later, settle } from './browser';
import { userOf } from '../photos';

const mine = (id: number, name: string, is_admin = false): SpaceSummary => ({
  space: { id, name, avatar_url: null },
  is_admin,
  member_count: 3,
  latest_share: null,
  unread: 0,
  last_activity_at: '2026-05-17T09:30:00Z',
  last_read_share_id: null,
});
const detail = (name: string, is_admin = false): SpaceDetail => ({ id: 3, name, avatar_url: null, is_admin, member_count: 2, pinned: [], storage: { used_bytes: 0, max_bytes: null } });
const member = (id: number, is_admin = false): Member => ({ user: userOf(id, `user${id}`), is_admin });
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

function openSpaces() {
  const api = { space: vi.fn(), members: vi.fn() };
  const listed = { find: (id: number) => (id === 3 ? mine(3, 'Family', true) : undefined) };
  return { open: new OpenSpaces(api as never, { me: userOf(1, 'ann') }, listed), api };
}

test('of two answers, that to the later question counts, though it came first', async () => {
  const { open, api } = openSpaces();
  const [early, late] = [later<SpaceDetail>(), later<SpaceDetail>()];
  api.space.mockReturnValueOnce(early.promise).mockReturnValueOnce(late.promise);
  api.members.mockResolvedValue([member(1)]);
  const space = open.of(3);
  const both = [space.load(), space.load()];
  late.resolve(detail('Our family'));
  await settle();
  early.resolve(detail('Family'));
  await Promise.all(both);
  expect(space.name).toBe('Our family');
});

test('an old question that fails late spoils nothing', async () => {
  const { open, api } = openSpaces();
  const early = later<SpaceDetail>();
  api.space.mockReturnValueOnce(early.promise).mockResolvedValueOnce(detail('Family'));
  api.members.mockResolvedValue([member(1)]);
  const space = open.of(3);
  const both = [space.load(), space.load()];
  await settle();
  early.reject(unreachable());
  await Promise.all(both);
  expect(space.error).toBeNull();
});

test('a space that cannot be read keeps what was shown, and forgets the error once it can', async () => {
  const { open, api } = openSpaces();
  api.members.mockResolvedValue([member(1), member(2)]);
  api.space.mockResolvedValueOnce(detail('Family')).mockRejectedValueOnce(unreachable()).mockResolvedValueOnce(detail('Family'));
  const space = open.of(3);
  await space.load();
  await space.load();
  expect(space.error).toMatchObject({ code: 'unreachable' });
  expect(space.people).toBe(2);
  await space.load();
  expect(space.error).toBeNull();
});

test('what I am in a space is known as early as anything says it, and by the members once they are there', async () => {
  const { open, api } = openSpaces();
  const space = open.of(3);
  expect([space.name, space.isAdmin, space.people]).toEqual(['Family', true, 3]);
  api.space.mockResolvedValue(detail('Family', true));
  api.members.mockResolvedValue([member(1, false), member(2, true)]);
  await space.load();
  expect(space.isAdmin).toBe(false);
});

test('one stays in the same space until another is opened, or one signs out', () => {
  const { open } = openSpaces();
  const first = open.of(3);
  expect(open.of(3)).toBe(first);
  expect(open.of(4).name).toBe('');
  const again = open.of(3);
  expect(again).not.toBe(first);
  open.clear();
  expect(open.of(3)).not.toBe(again);
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
