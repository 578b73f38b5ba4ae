import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Me, ServerInfo } from '../../src/lib/api/types';
import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { match } from '../../src/lib/state/routes';
import { Session } from '../../src/lib/state/session.svelte';
import { browser, settle } from './browser';
import { userOf } from '../photos';

const meOf = (id: number, login: string): Me => ({ ...userOf(id, login), email: null, unconfirmed_email: null, email_refused: null, digest: 'weekly', language: null, time_zone: null, quiet_hours: { from: '22:00', until: '07:00' }, unread_notices: 0, storage: { used_bytes: 0, max_bytes: null }, is_operator: false });
const ann = meOf(1, 'ann');
const bob = meOf(2, 'bob');
const unauthorized = () => new ApiError(401, "You aren't authorized", 'unauthorized');

/** A session at an address, with a stub server. */
function sessionAt(url: string) {
  const went: string[] = [];
  const router = {
    url,
    get route() {
      return match(router.url.split('?')[0] ?? '');
    },
    go: (path: string) => {
      went.push(path);
      router.url = path;
    },
  };
  const api = {
    me: vi.fn(() => Promise.resolve(ann)),
    signIn: vi.fn(() => Promise.resolve()),
    signOut: vi.fn(() => Promise.resolve({ data: undefined, next: null })),
    server: vi.fn(() => Promise.resolve({ needs_first_account: false } as ServerInfo)),
    actAs: vi.fn(),
  };
  const session = new Session(api as never, router);
  return { session, api, router, went };
}

beforeEach(() => void browser());
afterEach(() => void vi.unstubAllGlobals());

test('a signed-in user stays where they are, and requests are made for them', async () => {
  const { session, api, went } = sessionAt('/app/spaces/3');
  await session.identify();
  expect(session.ready).toBe(true);
  expect(session.me).toEqual(ann);
  expect(api.actAs).toHaveBeenLastCalledWith(1);
  expect(went).toEqual([]);
});

test('without a session, one is redirected to sign in, and back afterwards', async () => {
  const { session, api, went } = sessionAt('/app/spaces/3?x=1');
  api.me.mockRejectedValue(unauthorized());
  await session.identify();
  expect(went).toEqual(['/app/sign-in?to=%2Fapp%2Fspaces%2F3%3Fx%3D1']);
  expect(session.ready).toBe(true);
  expect(() => session.me).toThrow('nobody is signed in');
});

test('the very first user registers; an invitation or reset link stays open', async () => {
  const first = sessionAt('/app/');
  first.api.me.mockRejectedValue(unauthorized());
  first.api.server.mockResolvedValue({ needs_first_account: true } as ServerInfo);
  await first.session.identify();
  expect(first.went).toEqual(['/app/register']);

  const invited = sessionAt('/app/invitation');
  invited.api.me.mockRejectedValue(unauthorized());
  await invited.session.identify();
  expect(invited.went).toEqual([]);
});

test('without an answer nothing is known, and it can be asked again', async () => {
  const { session, api } = sessionAt('/app/');
  api.me.mockRejectedValueOnce(new ApiError(0, '', 'unreachable'));
  await expect(session.identify()).rejects.toThrow('unreachable');
  expect(session.ready).toBe(false);
  await session.identify();
  expect(session.ready).toBe(true);
});

test('signing out sends what waits before, forgets what is kept after, and leaves no drafts', async () => {
  const { session, api, went } = sessionAt('/app/spaces/3');
  await session.identify();
  keepDraft(1, places.newShare(3), 'Hello');
  const order: string[] = [];
  session.beforeSignOut(() => {
    order.push(`before, as ${session.user?.login}`);
    return Promise.resolve();
  });
  api.signOut.mockImplementation(() => {
    order.push('out');
    return Promise.resolve({ data: undefined, next: null });
  });
  session.afterSignOut(() => order.push(`after, as ${session.user?.login}`));
  await session.signOut();
  expect(order).toEqual(['before, as ann', 'out', 'after, as undefined']);
  expect(readDraft(1, places.newShare(3))).toBeNull();
  expect(api.actAs).toHaveBeenLastCalledWith(null);
  expect(went).toEqual(['/app/sign-in']);
});

test('a sign-out that the server refuses takes nothing away', async () => {
  const { session, api } = sessionAt('/app/');
  await session.identify();
  const forget = vi.fn();
  session.afterSignOut(forget);
  api.signOut.mockRejectedValue(new ApiError(0, '', 'unreachable'));
  await expect(session.signOut()).rejects.toThrow('unreachable');
  expect(session.me).toEqual(ann);
  expect(forget).not.toHaveBeenCalled();
});

test('a session that has ended leads to the door, and the same person finds everything as it was', async () => {
  const { session, went } = sessionAt('/app/spaces/3');
  await session.identify();
  const forget = vi.fn();
  session.afterSignOut(forget);
  session.observe(unauthorized());
  expect(session.expired).toBe(true);
  expect(went).toEqual(['/app/sign-in?to=%2Fapp%2Fspaces%2F3']);
  await session.signIn('ann', 'secret');
  expect(session.expired).toBe(false);
  expect(forget).not.toHaveBeenCalled();
});

test('the next person in the same tab finds nothing of the one before', async () => {
  const { session, api } = sessionAt('/app/spaces/3');
  await session.identify();
  const forget = vi.fn();
  session.afterSignOut(forget);
  session.observe(unauthorized());
  api.me.mockResolvedValue(bob);
  await session.signIn('bob', 'secret');
  expect(forget).toHaveBeenCalledOnce();
  expect(session.me).toEqual(bob);
});

test('a cookie that the browser refuses is reported as such', async () => {
  const { session, api } = sessionAt('/app/sign-in');
  api.me.mockRejectedValue(unauthorized());
  await expect(session.signIn('ann', 'secret')).rejects.toMatchObject({ code: 'session_not_kept' });
});

test('when another window has signed in another user, this one closes and says who', async () => {
  const { session, api } = sessionAt('/app/spaces/3');
  await session.identify();
  api.me.mockResolvedValue(bob);
  session.observe(new ApiError(403, '', 'other_account'));
  await settle();
  expect(session.successor).toEqual(bob);
  expect(session.expired).toBe(true);
  api.me.mockResolvedValue(ann);
  await session.recheck();
  expect(session.successor).toBeNull();
  expect(session.expired).toBe(false);
});

test('it is asked again when one comes back to the window, and no more once it has stopped', async () => {
  const { document, listeners } = browser();
  const { session, api } = sessionAt('/app/');
  await session.identify();
  const stop = session.start();
  document.dispatchEvent(new Event('visibilitychange'));
  expect(api.me).toHaveBeenCalledTimes(2);
  stop();
  document.dispatchEvent(new Event('visibilitychange'));
  expect(api.me).toHaveBeenCalledTimes(2);
  expect(listeners()).toBe(0);
});

test('what one says of oneself is as the other devices have it, and as one has just changed it here', async () => {
  const { session, api } = sessionAt('/app/account');
  await session.identify();
  api.me.mockResolvedValue({ ...ann, language: 'de' });
  await session.recheck();
  expect(session.user?.language).toBe('de');
  // Asked for before the change: it doesn't know of it.
  const stale = session.recheck();
  session.take({ ...ann, language: 'en' });
  await stale;
  expect(session.user?.language).toBe('en');
  session.take({ ...bob, language: 'de' });
  expect(session.user).toMatchObject({ id: 1, language: 'en' });
});

test('a deleted account leaves nothing behind, and one that is kept loses nothing', async () => {
  const { session, api, went } = sessionAt('/app/account');
  await session.identify();
  keepDraft(1, places.newShare(3), 'Hello');
  const forget = vi.fn();
  session.afterSignOut(forget);
  await expect(session.deleteAccount(() => Promise.reject(new ApiError(401, '', 'wrong_password')))).rejects.toThrow();
  expect([session.user?.id, readDraft(1, places.newShare(3)), went]).toEqual([1, 'Hello', []]);
  await session.deleteAccount(() => Promise.resolve());
  expect([session.user, readDraft(1, places.newShare(3)), went]).toEqual([null, null, ['/app/sign-in']]);
  expect(forget).toHaveBeenCalledOnce();
  expect(api.signOut).not.toHaveBeenCalled();
});
