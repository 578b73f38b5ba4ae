import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { News } from '../../src/lib/state/news';
import { Push } from '../../src/lib/state/push.svelte';
import { shareOf } from '../photos';
import { browser, later, settle } from './browser';

let subscription: { toJSON: () => object; unsubscribe: () => Promise<boolean> } | null;
let permission: NotificationPermission;
const requestPermission = vi.fn(() => Promise.resolve((permission = 'granted')));

beforeEach(() => {
  browser();
  [subscription, permission] = [null, 'default'];
  requestPermission.mockClear();
  const pushManager = {
    getSubscription: () => Promise.resolve(subscription),
    subscribe: () => {
      const unsubscribe = () => {
        subscription = null;
        return Promise.resolve(true);
      };
      subscription = { toJSON: () => ({ endpoint: 'https://push.example.org/1' }), unsubscribe };
      return Promise.resolve(subscription);
    },
  };
  const registration = { pushManager, getNotifications: () => Promise.resolve([]) };
  const serviceWorker = Object.assign(new EventTarget(), { ready: Promise.resolve(registration), getRegistration: () => Promise.resolve(registration) });
  vi.stubGlobal('navigator', { languages: ['en'], userAgent: 'Firefox', serviceWorker });
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  const Notification = { requestPermission, get permission() { return permission; } };
  Object.assign(window, { PushManager: {}, Notification, isSecureContext: true });
  vi.stubGlobal('Notification', Notification);
});
afterEach(() => void vi.unstubAllGlobals());

function pushFor(answers: Record<string, unknown> = {}) {
  let heard: (news: News) => void = () => undefined;
  const leaving: (() => Promise<void>)[] = [];
  const request = vi.fn((method: string, path: string, _options?: { json?: unknown }) => {
    const known: Record<string, unknown> = { 'GET /push-key': { key: 'BCVx' }, 'POST /push-subscriptions': { id: 7 }, ...answers };
    const answer = known[`${method} ${path}`];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ data: answer, next: null });
  });
  const deps = {
    api: { request },
    live: { on: (listen: typeof heard) => ((heard = listen), () => true) },
    router: { go: vi.fn() },
    session: { user: { id: 1, login: 'ann' }, onSignOut: (task: () => Promise<void>) => (leaving.push(task), () => true) },
    toasts: { show: vi.fn((_text: string, _options?: { onaction?: () => void }) => 1) },
    i18n: { language: 'en', locale: 'en' },
  };
  const push = new Push(deps as never);
  push.start();
  return { push, deps, request, leave: () => Promise.all(leaving.map((task) => task())), happens: (news: News) => heard(news) };
}

const asked = ({ mock }: { mock: { calls: unknown[][] } }) => mock.calls.map(([method, path]) => `${String(method)} ${String(path)}`);

test('nothing is asked of anybody before they want it', async () => {
  const { push, request } = pushFor();
  await settle();
  expect([push.state, asked(request)]).toEqual([null, []]);
  await push.check();
  expect(push.state).toBe('off');
  expect(requestPermission).not.toHaveBeenCalled();
});

test('turned on, the server has the address, the language and the zone; each start tells it again', async () => {
  const { push, request } = pushFor();
  expect(await push.turnOn()).toBe(true);
  expect(push.state).toBe('on');
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const told = request.mock.calls.find(([method]) => method === 'POST')?.[2];
  expect(told).toEqual({ json: { endpoint: 'https://push.example.org/1', language: 'en', time_zone: timeZone } });
  const again = pushFor();
  await settle();
  expect([again.push.state, asked(again.request)]).toEqual(['on', ['POST /push-subscriptions']]);
});

test('a refusal, a missing key and a browser that cannot are each told as what they are', async () => {
  const refused = pushFor();
  requestPermission.mockImplementationOnce(() => Promise.resolve((permission = 'denied')));
  expect(await refused.push.turnOn()).toBe(false);
  expect(refused.push.state).toBe('denied');
  permission = 'default';
  const none = pushFor({ 'GET /push-key': new ApiError(404, 'No such endpoint', 'no_such_push_key') });
  await none.push.check();
  expect(none.push.state).toBe('unavailable');
  Reflect.deleteProperty(window, 'PushManager');
  await none.push.check();
  expect(none.push.state).toBe('unsupported');
  Object.assign(navigator, { userAgent: 'Mozilla/5.0 (iPhone; …)' });
  await none.push.check();
  expect(none.push.state).toBe('install');
  Object.assign(window, { isSecureContext: false });
  await none.push.check();
  expect(none.push.state).toBe('insecure');
});

test('who has signed out is told nothing more here; the server knows', async () => {
  const { push, request, leave } = pushFor();
  await push.turnOn();
  const before = asked(request).length;
  await leave();
  expect(subscription).toBeNull();
  expect(asked(request)).toHaveLength(before);
  expect(localStorage.getItem('push.1')).toBeNull();
});

test('turned on by one who has signed out before the answer, it isn’t on for the next', async () => {
  const { push, deps, request } = pushFor();
  const answer = later<{ data: unknown; next: null }>();
  request.mockImplementation((method) => (method === 'GET' ? Promise.resolve({ data: { key: 'BCVx' }, next: null }) : answer.promise));
  const turning = push.turnOn();
  await settle();
  expect(asked(request)).toContain('POST /push-subscriptions');
  deps.session.user = { id: 2, login: 'bob' };
  answer.resolve({ data: { id: 7 }, next: null });
  await turning;
  expect([push.state, localStorage.getItem('push.2')]).toEqual(['off', null]);
});

test('it is offered once, after one’s own words, where one is looking', async () => {
  const { deps, happens } = pushFor();
  const created = (user: number): News => ({ kind: 'share.created', data: { ...shareOf(9), user: { id: user, login: 'x', name: 'x', avatar_url: null }, space_id: 3 } });
  happens(created(2));
  await settle();
  expect(deps.toasts.show).not.toHaveBeenCalled();
  happens(created(1));
  happens(created(1));
  await settle();
  expect(deps.toasts.show).toHaveBeenCalledOnce();
  expect(requestPermission).not.toHaveBeenCalled();
  deps.toasts.show.mock.calls[0]?.[1]?.onaction?.();
  await settle();
  expect(requestPermission).toHaveBeenCalledOnce();
});

test('turned off or on, it is shown so, also where no more can be asked', async () => {
  const none = new ApiError(0, '', 'unreachable');
  const answers: Record<string, unknown> = {};
  const { push } = pushFor(answers);
  await push.turnOn();
  expect(push.state).toBe('on');
  Object.assign(answers, { 'GET /push-key': none, 'DELETE /push-subscriptions/7': none, 'POST /push-subscriptions': none });
  await push.check();
  expect(push.state).toBe('on');
  await push.turnOff();
  expect(push.state).toBe('off');
});
