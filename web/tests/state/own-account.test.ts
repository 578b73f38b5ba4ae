import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Me } from '../../src/lib/api/types';
import { browser, later, settle } from './browser';
import { meOf, sessionAt } from './own-session';

const ann = meOf(1, 'ann');
const bob = meOf(2, 'bob');

beforeEach(() => void browser());
afterEach(() => void vi.unstubAllGlobals());

test('what one says of oneself is as the other devices have it, and as one has just changed it here', async () => {
  const { session, api } = sessionAt('/app/account');
  await session.identify();
  api.me.mockResolvedValue({ ...ann, language: 'de' });
  await session.recheck();
  expect(session.user?.language).toBe('de');
  // Asked for before the change: it doesn't know of it.
  const stale = session.recheck();
  api.me.mockResolvedValue({ ...ann, language: 'en' });
  await session.save(Promise.resolve({ ...ann, language: 'en' }));
  await stale;
  expect(session.user?.language).toBe('en');
  session.hear({ ...bob, language: 'de' });
  expect(session.user).toMatchObject({ id: 1, language: 'en' });
});

test('a change that was answered before the one that was heard of is not taken for the newest', async () => {
  const { session, api } = sessionAt('/app/account');
  await session.identify();
  const answer = later<Me>();
  const saved = session.save(answer.promise);
  const newest: Me = { ...ann, language: 'de', time_zone: 'Europe/Vienna' };
  session.hear(newest);
  api.me.mockResolvedValue(newest);
  answer.resolve({ ...ann, language: 'en', time_zone: 'Europe/Vienna' });
  await saved;
  expect(session.user).toMatchObject({ language: 'de', time_zone: 'Europe/Vienna' });
});

test('a user who signs out during a check of the session is not reported as another user', async () => {
  const { session, api } = sessionAt('/app/account');
  await session.identify();
  const answer = later<Me>();
  api.me.mockReturnValueOnce(answer.promise);
  const asking = session.recheck();
  await session.signOut();
  answer.resolve(ann);
  await asking;
  expect([session.user, session.successor]).toEqual([null, null]);
});

test('a refusal from before one has signed in again, in another window, leads to the door and back', async () => {
  const { session, api } = sessionAt('/app/spaces/3');
  await session.identify();
  const refusal = new ApiError(401, '', 'unauthorized');
  session.observe(refusal);
  expect(session.expired).toBe(true);
  await settle();
  expect(session.expired).toBe(false);
  // Where the session has ended, one stays there.
  const ended = sessionAt('/app/spaces/3');
  await ended.session.identify();
  ended.api.me.mockImplementation(() => {
    ended.session.observe(refusal);
    return Promise.reject(refusal);
  });
  ended.session.observe(refusal);
  await settle();
  expect([ended.session.expired, ended.api.me.mock.calls.length, api.me.mock.calls.length]).toEqual([true, 2, 2]);
});
