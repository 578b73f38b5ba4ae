import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { ServerInfo } from '../../src/lib/api/types';
import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { browser, later, settle } from './browser';
import { meOf, sessionAt } from './own-session';

const ann = meOf(1, 'ann');
const bob = meOf(2, 'bob');
const unauthorized = () => new ApiError(401, "You aren't authorized", 'unauthorized');

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

test('how much is unread is not what an answer says that is older than what was heard, or than another answer; it is asked again', async () => {
  const { session, api } = sessionAt('/app/notices');
  await session.identify();
  const unread = (unread_notices: number) => ({ ...ann, unread_notices });
  const [first, second] = [later<typeof ann>(), later<typeof ann>()];
  api.me.mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise).mockResolvedValue(unread(1));
  const checking = session.recheck();
  session.unread = 0;
  first.resolve(unread(2));
  await settle();
  expect(session.unread).toBe(0);
  // Another one is read, and one has come, while it is asked again.
  session.unread = 1;
  session.unread = 0;
  second.resolve(unread(7));
  await checking;
  expect([session.unread, api.me.mock.calls.length]).toEqual([1, 4]);

  const [slow, quick] = [later<typeof ann>(), later<typeof ann>()];
  api.me.mockReturnValueOnce(slow.promise).mockReturnValueOnce(quick.promise).mockResolvedValue(unread(4));
  const both = [session.recheck(), session.recheck()];
  quick.resolve(unread(4));
  await settle();
  slow.resolve(unread(1));
  await Promise.all(both);
  expect(session.unread).toBe(4);
});

test('an answer about the one who was here before does not close the page of the next', async () => {
  const { session, api, went } = sessionAt('/app/');
  await session.identify();
  const late = later<typeof ann>();
  api.me.mockReturnValueOnce(late.promise).mockResolvedValue(bob);
  const checking = session.recheck();
  await session.signOut();
  await session.signIn('bob', 'secret');
  late.resolve(ann);
  await checking;
  expect([session.user, session.successor, session.expired, went]).toEqual([bob, null, false, ['/app/sign-in']]);
});
