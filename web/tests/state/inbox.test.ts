import { expect, test, vi } from 'vitest';

import type { Notice } from '../../src/lib/api/types';
import { de } from '../../src/lib/i18n/notices/de';
import { en } from '../../src/lib/i18n/notices/en';
import { Inbox } from '../../src/lib/state/inbox.svelte';
import type { Route } from '../../src/lib/state/routes';
import { later } from './browser';
import { People } from '../../src/lib/state/people.svelte';
import { userOf } from '../photos';

const notice = (id: number, is_read = false): Notice => ({
  id,
  kind: 'mention',
  user: userOf(2, 'Bob'),
  space: { id: 3, name: 'Family', avatar_url: null },
  share_id: 9,
  comment_id: null,
  excerpt: '@ann look',
  created_at: '2026-05-17T09:30:00Z',
  is_read,
});

function inboxWith(...pages: { rows: Notice[]; next?: string }[]) {
  const deps = {
    api: {
      request: vi.fn((method: string) => {
        const { rows = [], next = null } = method === 'GET' ? (pages.shift() ?? {}) : {};
        return Promise.resolve({ data: rows, next });
      }),
    },
    session: { unread: 2, user: { id: 1 }, recheck: vi.fn() },
    router: { route: { page: 'home' } as Route },
    announcer: { say: vi.fn() },
    i18n: { language: 'en' as const, locale: 'en' },
    people: new People(),
  };
  return { inbox: new Inbox(deps as never), deps };
}

test('what comes is at the top, counted and said once', async () => {
  const { inbox, deps } = inboxWith({ rows: [notice(4)] });
  await inbox.load();
  inbox.hear(notice(5));
  inbox.hear(notice(5));
  expect(inbox.rows.map(({ id }) => id)).toEqual([5, 4]);
  expect(deps.session.unread).toBe(3);
  expect(deps.announcer.say.mock.calls).toEqual([['Bob mentioned you in Family']]);
});

test('one that is heard again counts once, also before they have been read here, and after it was read', () => {
  const { inbox, deps } = inboxWith();
  for (const id of [5, 5, 6, 5]) inbox.hear(notice(id));
  expect([deps.session.unread, deps.announcer.say.mock.calls.length]).toEqual([4, 2]);
  inbox.read({ up_to: 6, unread_notices: 0 });
  inbox.hear(notice(6));
  expect(deps.session.unread).toBe(0);
  // Those of another user.
  inbox.clear();
  inbox.hear(notice(6));
  expect(deps.session.unread).toBe(1);
});

test('what one has read before signing out is not what the next has read', async () => {
  const { inbox, deps } = inboxWith({ rows: [notice(5)] });
  await inbox.load();
  const late = later<{ data: Notice[]; next: null }>();
  deps.api.request.mockReturnValueOnce(late.promise);
  const marking = inbox.markRead();
  inbox.clear();
  deps.session.user = { id: 2 };
  deps.session.unread = 3;
  late.resolve({ data: [], next: null });
  await marking;
  expect(deps.session.unread).toBe(3);
});

test('where its space is shown, a notice is not said too', () => {
  const { inbox, deps } = inboxWith();
  deps.router.route = { page: 'space', id: 3 };
  inbox.hear(notice(5));
  expect(deps.announcer.say).not.toHaveBeenCalled();
  expect(deps.session.unread).toBe(3);
});

test('what is read on another device is read here; it looks new until one comes again', async () => {
  const { inbox, deps } = inboxWith({ rows: [notice(5), notice(4)] });
  inbox.enter();
  await inbox.load();
  inbox.read({ up_to: 4, unread_notices: 1 });
  expect(inbox.rows.map(({ is_read }) => is_read)).toEqual([false, true]);
  expect(deps.session.unread).toBe(1);
  expect(inbox.rows.map((row) => inbox.isNew(row))).toEqual([true, true]);
  inbox.enter();
  expect(inbox.rows.map((row) => inbox.isNew(row))).toEqual([true, false]);
});

test('seen, they are read up to the newest, and nothing is asked where nothing is new', async () => {
  const { inbox, deps } = inboxWith({ rows: [notice(5), notice(4, true)] });
  await inbox.load();
  await inbox.markRead();
  expect(deps.api.request).toHaveBeenLastCalledWith('PUT', '/notices/read', { json: { up_to: 5 } });
  expect(deps.session.unread).toBe(0);
  const { length } = deps.api.request.mock.calls;
  await inbox.markRead();
  expect(deps.api.request.mock.calls).toHaveLength(length);
});

test('older ones come below; read again, the newest come above them', async () => {
  const { inbox } = inboxWith({ rows: [notice(5), notice(4)], next: '/notices?after=4' }, { rows: [notice(3)] }, { rows: [notice(6), notice(5)], next: '/notices?after=5' });
  await inbox.load();
  await inbox.load({ more: true });
  expect([inbox.rows.map(({ id }) => id), inbox.next]).toEqual([[5, 4, 3], null]);
  await inbox.load();
  expect([inbox.rows.map(({ id }) => id), inbox.next]).toEqual([[6, 5, 4, 3], null]);
});

test('an answer from before something was heard takes nothing away, and it is asked again', async () => {
  const { inbox, deps } = inboxWith({ rows: [notice(4)] }, { rows: [notice(5), notice(4), notice(3)] });
  await inbox.load();
  const late = later<{ data: Notice[]; next: null }>();
  deps.api.request.mockReturnValueOnce(late.promise);
  const reading = inbox.load();
  inbox.hear(notice(5));
  late.resolve({ data: [notice(4)], next: null });
  await reading;
  expect(inbox.rows.map(({ id }) => id)).toEqual([5, 4, 3]);
});

test('older ones come also where something was read or heard while they were asked for', async () => {
  const { inbox, deps } = inboxWith({ rows: [notice(5), notice(4)], next: '/notices?after=4' });
  await inbox.load();
  const late = later<{ data: Notice[]; next: null }>();
  deps.api.request.mockReturnValueOnce(late.promise).mockResolvedValueOnce({ data: [notice(3)], next: null });
  const reading = inbox.load({ more: true });
  inbox.read({ up_to: 5, unread_notices: 0 });
  inbox.hear(notice(6));
  late.resolve({ data: [notice(3)], next: null });
  await reading;
  expect([inbox.rows.map(({ id }) => id), inbox.next, inbox.loading]).toEqual([[6, 5, 4, 3], null, false]);
});

test('what is gone takes its notices along, however far down they are, and how many are unread is asked once', async () => {
  vi.useFakeTimers();
  const joined = { ...notice(2), kind: 'join' as const, share_id: null };
  const rows = [notice(6), { ...notice(5), share_id: 8, comment_id: 4 }, { ...notice(4), share_id: 8 }, { ...notice(3), space: { id: 7, name: 'Club', avatar_url: null } }, joined];
  const { inbox, deps } = inboxWith({ rows, next: '/notices?after=2' });
  await inbox.load();
  const left = () => inbox.rows.map(({ id }) => id);
  inbox.drop({ kind: 'comment.deleted', data: { space_id: 3, share_id: 8, id: 4 } });
  expect(left()).toEqual([6, 4, 3, 2]);
  inbox.drop({ kind: 'share.deleted', data: { space_id: 3, id: 8 } });
  expect(left()).toEqual([6, 3, 2]);
  inbox.drop({ kind: 'space.deleted', data: { space_id: 7, id: 7 } });
  expect(left()).toEqual([6, 2]);
  inbox.drop({ kind: 'member.left', data: { space_id: 3, id: 2 } });
  expect(left()).toEqual([6]);
  inbox.drop({ kind: 'member.left', data: { space_id: 3, id: 1 } });
  expect(left()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(deps.session.recheck).toHaveBeenCalledOnce();
  // Where nothing is unread, there is nothing to ask.
  deps.session.unread = 0;
  inbox.drop({ kind: 'share.deleted', data: { space_id: 3, id: 9 } });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(deps.session.recheck).toHaveBeenCalledOnce();
  vi.useRealTimers();
});

test('read again, they are read as far down as they are shown, and where the list ends, nothing is kept below it', async () => {
  const [first, second] = [Array.from({ length: 30 }, (_, at) => notice(99 - at)), Array.from({ length: 5 }, (_, at) => notice(69 - at))];
  const { inbox, deps } = inboxWith({ rows: first, next: '/notices?after=70' }, { rows: second }, { rows: first });
  await inbox.load();
  await inbox.load({ more: true });
  await inbox.load();
  expect(deps.api.request).toHaveBeenLastCalledWith('GET', '/notices?limit=35');
  expect([inbox.rows.length, inbox.next]).toEqual([30, null]);
});

test('both languages say all that is said of notices', () => {
  const namesIn = (message: unknown) => [...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map(([name]) => name).sort();
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, message] of Object.entries(en)) expect([key, namesIn(de[key as keyof typeof de])]).toEqual([key, namesIn(message)]);
});
