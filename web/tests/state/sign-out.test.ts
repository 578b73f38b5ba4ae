import { expect, test, vi } from 'vitest';

import { SignOut } from '../../src/lib/state/sign-out.svelte';

/** `waiting` comments can't be sent, `going` others can; `underWay` shares are on their way. */
function made({ waiting = 0, going = 0, underWay = 0 }) {
  const outbox = { waiting: Array.from({ length: waiting + going }, () => ({}) as never), flush: vi.fn(() => Promise.resolve(void outbox.waiting.splice(waiting))) };
  const session = { signOut: vi.fn(() => Promise.resolve()) };
  const signOut = new SignOut({ app: { underWay }, outbox, session });
  return { signOut, session };
}

test('what waits is sent before', async () => {
  for (const going of [0, 2]) {
    const { signOut, session } = made({ going });
    await signOut.leave();
    expect([signOut.asking, session.signOut.mock.calls.length]).toEqual([false, 1]);
  }
});

test.each([
  { waiting: 2, underWay: 0 },
  { waiting: 0, underWay: 1 },
  { waiting: 1, underWay: 3 },
])('who would lose something is asked: %o', async ({ waiting, underWay }) => {
  const { signOut, session } = made({ waiting, going: 1, underWay });
  await signOut.leave();
  expect([signOut.asking, signOut.lost, session.signOut.mock.calls.length]).toEqual([true, { said: waiting, shares: underWay }, 0]);
});
