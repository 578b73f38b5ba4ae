// One space with its members, as it is read again and again.

import { expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Member, SpaceDetail } from '../../src/lib/api/types';
import { OpenSpaces } from '../../src/lib/state/space.svelte';
import { userOf } from '../photos';
import { later, settle } from './browser';

const detail = (name: string, is_admin = false): SpaceDetail => ({ id: 3, name, avatar_url: null, is_admin, member_count: 2, pinned: [], storage: { used_bytes: 0, max_bytes: null } });
const member = (id: number, is_admin = false): Member => ({ user: userOf(id, `user${id}`), is_admin });
const unreachable = () => new ApiError(0, '', 'unreachable');

function openSpaces() {
  const api = { space: vi.fn(), members: vi.fn() };
  const listed = { find: (id: number) => (id === 3 ? { space: { id: 3, name: 'Family', avatar_url: null }, is_admin: true, member_count: 3 } : undefined) };
  return { open: new OpenSpaces(api as never, { me: userOf(1, 'ann') }, listed as never), api };
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

test('asked again meanwhile, the first answer is shown as soon as it is there', async () => {
  const { open, api } = openSpaces();
  const [first, second] = [later<SpaceDetail>(), later<SpaceDetail>()];
  api.space.mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise);
  api.members.mockResolvedValue([member(1)]);
  const space = open.of(3);
  const [renamed, heard] = [space.load(), space.load()];
  first.resolve(detail('Our family'));
  await renamed;
  expect(space.name).toBe('Our family');
  second.resolve(detail('Our family'));
  await heard;
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
