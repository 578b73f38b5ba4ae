import { expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { ReactionCount } from '../../src/lib/api/types';
import { Reactions, withMine } from '../../src/lib/state/reactions.svelte';
import { later, settle } from './browser';

const heart = (count: number, mine: boolean): ReactionCount => ({ emoji: '❤️', count, mine });
const tap = (emoji: string, mine: boolean) => ({ user: 1, share: 1, target: 'shares/1' as const, emoji, mine });
/** As in a browser that keeps nothing. */
const nothingKept = { mayReact: () => true, keep: () => Promise.resolve(false) };

test('reactions are counted with mine and without', () => {
  expect(withMine([], '👍🏽', true)).toEqual([{ emoji: '👍', count: 1, mine: true }]);
  expect(withMine([heart(2, false)], '❤️', true)).toEqual([heart(3, true)]);
  expect(withMine([heart(1, true)], '❤️', false)).toEqual([]);
  expect(withMine([heart(1, true)], '❤️', true)).toEqual([heart(1, true)]);
});

test('taps in quick succession are shown at once and end in the last one', async () => {
  const answers: { resolve: (value: null) => void }[] = [];
  const sent: boolean[] = [];
  const react = (_to: unknown, _emoji: unknown, mine: boolean) => {
    sent.push(mine);
    const answer = later<null>();
    answers.push(answer);
    return answer.promise as never;
  };
  const reactions = new Reactions({ react }, nothingKept);
  const [onsettled, onrefused] = [vi.fn(), vi.fn()];
  for (const mine of [true, false, true, false]) void reactions.set(tap('❤️', mine), { onsettled, onrefused });
  expect(reactions.shown('shares/1', [])).toEqual([]);
  expect(sent).toEqual([true]);
  answers[0]?.resolve(null);
  await settle();
  expect(sent).toEqual([true, false]);
  answers[1]?.resolve(null);
  await settle();
  expect(onsettled).toHaveBeenCalledExactlyOnceWith('❤️', false);
  expect(onrefused).not.toHaveBeenCalled();
});

test('a reaction that is refused is taken back', async () => {
  const reactions = new Reactions({ react: () => Promise.reject(new ApiError(409, 'Too many', 'too_many_reactions')) }, nothingKept);
  const onrefused = vi.fn();
  const done = reactions.set(tap('🎉', true), { onsettled: vi.fn(), onrefused });
  expect(reactions.shown('shares/1', [])).toEqual([{ emoji: '🎉', count: 1, mine: true }]);
  await done;
  expect(reactions.shown('shares/1', [])).toEqual([]);
  expect(onrefused).toHaveBeenCalledOnce();
});

test('a reaction that cannot be sent now waits, and is not taken back', async () => {
  const kept: boolean[] = [];
  const react = vi.fn(() => Promise.reject(new ApiError(503, '', 'busy')));
  const reactions = new Reactions({ react }, { mayReact: () => true, keep: ({ mine }) => Promise.resolve(kept.push(mine) > 0) });
  const [onsettled, onrefused] = [vi.fn(), vi.fn()];
  await reactions.set(tap('❤️', true), { onsettled, onrefused });
  expect([kept, onsettled.mock.calls, onrefused.mock.calls]).toEqual([[true], [], []]);
});

test('what one has tapped before signing out is not sent by the next, nor does it take the place of what that one taps', async () => {
  const [keeping, answer] = [later<boolean>(), later<never>()];
  let mayReact = false;
  const react = vi.fn(() => answer.promise);
  const reactions = new Reactions({ react }, { mayReact: () => mayReact, keep: () => keeping.promise });
  const [onsettled, onrefused] = [vi.fn(), vi.fn()];
  const first = reactions.set(tap('❤️', true), { onsettled, onrefused });
  reactions.clear();
  mayReact = true;
  const second = reactions.set({ ...tap('❤️', true), user: 2 }, { onsettled, onrefused });
  expect(react).toHaveBeenCalledOnce();
  keeping.resolve(false);
  await first;
  expect([react.mock.calls.length, onsettled.mock.calls.length, onrefused.mock.calls.length]).toEqual([1, 0, 0]);
  expect(reactions.shown('shares/1', [])).toEqual([heart(1, true)]);
  answer.resolve(null as never);
  await second;
  expect(onsettled).toHaveBeenCalledOnce();
});
