import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { browser } from './browser';
import { sessionAt } from './own-session';

beforeEach(() => void browser());
afterEach(() => void vi.unstubAllGlobals());

test('who could not be signed out leaves nothing', async () => {
  const { session, api } = sessionAt('/app/spaces/3');
  await session.identify();
  const leave = vi.fn(() => Promise.resolve());
  session.onSignOut(leave);
  api.signOut.mockRejectedValue(new ApiError(0, '', 'unreachable'));
  await expect(session.signOut()).rejects.toThrow();
  expect([leave.mock.calls.length, session.user?.login]).toEqual([0, 'ann']);
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
  session.onSignOut(() => {
    order.push(`leaving, as ${session.user?.login}`);
    return Promise.resolve();
  });
  session.afterSignOut(() => order.push(`after, as ${session.user?.login}`));
  await session.signOut();
  expect(order).toEqual(['before, as ann', 'out', 'leaving, as ann', 'after, as undefined']);
  expect(readDraft(1, places.newShare(3))).toBeNull();
  expect(api.actAs).toHaveBeenLastCalledWith(null);
  expect(went).toEqual(['/app/sign-in']);
});
