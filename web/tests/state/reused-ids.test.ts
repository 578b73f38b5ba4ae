// After a server was started again with an empty data folder, another user may have the same ID.

import { afterEach, expect, test, vi } from 'vitest';

import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { Session } from '../../src/lib/state/session.svelte';
import { browser } from './browser';
import { userOf } from '../photos';

afterEach(() => void vi.unstubAllGlobals());

test('a user with the same ID and another login is another person', async () => {
  browser();
  const api = { me: vi.fn(() => Promise.resolve(userOf(1, 'ann'))), signIn: vi.fn(() => Promise.resolve()), actAs: vi.fn() };
  const session = new Session(api as never, { url: '/app/', route: { page: 'home' }, go: vi.fn() } as never);
  const forget = vi.fn();
  session.afterSignOut(forget);
  await session.identify();
  keepDraft(1, places.newShare(3), 'Mine');
  api.me.mockResolvedValue(userOf(1, 'mallory'));
  await session.recheck();
  expect(session.successor?.login).toBe('mallory');
  expect(readDraft(1, places.newShare(3))).toBe('Mine');
  await session.signIn('mallory', 'correct horse');
  expect(forget).toHaveBeenCalled();
  expect(readDraft(1, places.newShare(3))).toBeNull();
});
