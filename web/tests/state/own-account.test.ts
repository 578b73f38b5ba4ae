import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Me } from '../../src/lib/api/types';
import { browser, later } from './browser';
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
