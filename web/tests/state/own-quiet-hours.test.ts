// When a user's devices stay quiet, as they choose it.

import { expect, test, vi } from 'vitest';

import { ProfileApi } from '../../src/lib/api/profile';
import type { Me } from '../../src/lib/api/types';
import { shownTime } from '../../src/lib/format/time-of-day';
import { OwnQuietHours } from '../../src/lib/state/own-quiet-hours.svelte';

type Hours = Me['quiet_hours'];

const night = { from: '22:00', until: '07:00' };

function hoursOf(saved: Hours = night) {
  const user = { quiet_hours: saved } as Me;
  const request = vi.fn((_method: string, _path: string, { json }: { json: { quiet_hours: Hours } }) => Promise.resolve({ data: { ...user, ...json }, next: null }));
  const session = { user, save: async (change: Promise<Me>) => void Object.assign(user, await change) };
  return { own: new OwnQuietHours({ profile: new ProfileApi({ request } as never), session, onkept: vi.fn() }), request, user };
}

const put = (quiet_hours: Hours) => ['PUT', '/me', { json: { quiet_hours } }];

test('both times are saved together, also if one was changed', async () => {
  const { own, request, user } = hoursOf();
  own.write({ from: '21:30' });
  expect(own.hours).toEqual({ from: '21:30', until: '07:00' });
  await own.save();
  expect(request).toHaveBeenCalledExactlyOnceWith(...put({ from: '21:30', until: '07:00' }));
  expect(user.quiet_hours).toEqual({ from: '21:30', until: '07:00' });
});

test('what another device has changed is shown, but for what is being chosen here', () => {
  const { own, user } = hoursOf();
  own.write({ until: '06:15' });
  user.quiet_hours = { from: '20:00', until: '08:00' };
  expect(own.hours).toEqual({ from: '20:00', until: '06:15' });
});

test('what was refused stays to be corrected', async () => {
  const { own, request } = hoursOf();
  request.mockRejectedValueOnce(new Error('no'));
  own.write({ from: '07:00' });
  await expect(own.save()).rejects.toThrow('no');
  expect(own.hours).toEqual({ from: '07:00', until: '07:00' });
});

test('turned off, the hours are there again when they are turned on', async () => {
  const { own, request, user } = hoursOf({ from: '13:00', until: '15:00' });
  own.write({ until: '16:00' });
  await own.turning.choose({ on: false });
  expect([own.on, user.quiet_hours]).toEqual([false, null]);
  await own.turning.choose({ on: true });
  expect(request.mock.calls).toEqual([put(null), put({ from: '13:00', until: '15:00' })]);
  expect([own.on, own.hours]).toEqual([true, { from: '13:00', until: '15:00' }]);
});

test('a user without quiet hours is offered the default ones', async () => {
  const { own, user } = hoursOf(null);
  expect(own.on).toBe(false);
  await own.turning.choose({ on: true });
  expect(user.quiet_hours).toEqual(night);
});

test('a choice is shown at once, and taken back if it can’t be saved', async () => {
  const { own, request } = hoursOf();
  let refuse: (error: Error) => void = () => undefined;
  request.mockReturnValueOnce(new Promise((_, reject) => (refuse = reject)));
  const turned = own.turning.choose({ on: false });
  expect(own.on).toBe(false);
  refuse(new Error('no'));
  await turned;
  expect([own.on, own.hours, own.turning.error]).toEqual([true, night, new Error('no')]);
});

test('a sentence says a time without the zero in front', () => {
  expect(['07:00', '22:00', '00:30'].map(shownTime)).toEqual(['7:00', '22:00', '0:30']);
});
