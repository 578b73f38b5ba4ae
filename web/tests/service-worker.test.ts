// The service worker, with as much around it as it speaks to.

import { afterEach, expect, test, vi } from 'vitest';

import { listenToPushes } from '../src/sw/push';
import { keepShell } from '../src/sw/shell';
import { later, settle } from './state/browser';

afterEach(() => void vi.unstubAllGlobals());

interface Shown {
  title: string;
  options: { tag: string; body: string; data: { path: string } };
}

function worker() {
  const shown = new Map<string, Shown>();
  const registration = {
    getNotifications: ({ tag }: { tag: string }) => Promise.resolve([...shown.values()].filter(({ options }) => options.tag === tag).map(({ options }) => options)),
    showNotification: (title: string, options: Shown['options']) => Promise.resolve(void shown.set(options.tag, { title, options })),
  };
  const windows: unknown[] = [];
  const openWindow = vi.fn(() => Promise.resolve());
  const clients = { matchAll: () => Promise.resolve(windows), openWindow, claim: () => Promise.resolve() };
  const location = { href: 'http://localhost/app/sw.js', origin: 'http://localhost' };
  const scope = Object.assign(new EventTarget(), { location, registration, clients, navigator: {}, skipWaiting: () => Promise.resolve() });
  /** Lets something happen, and waits for all that comes of it. */
  const happens = async (type: string, properties: object) => {
    const work: Promise<unknown>[] = [];
    scope.dispatchEvent(Object.assign(new Event(type), { waitUntil: (each: Promise<unknown>) => work.push(each), ...properties }));
    await Promise.all(work);
  };
  return { scope: scope as never, shown, windows, openWindow, happens };
}

const message = (tag: string, body: string, path: string, space = 3) => ({
  data: {
    json: () => ({ web_push: 8030, notification: { title: 'Family', body, lang: 'en', tag, navigate: `http://localhost${path}`, data: { space } }, app_badge: '2' }),
  },
});

test('messages of a space are one notification, the newest first, which leads to what it is about', async () => {
  const { scope, shown, happens } = worker();
  listenToPushes(scope, '/icon.png');
  await happens('push', message('a', 'Ann: Look', '/app/shares/9'));
  expect([...shown.values()].map(({ title, options }) => [title, options.body, options.data.path])).toEqual([['Family', 'Ann: Look', '/app/shares/9']]);
  await happens('push', message('b', 'Bob shared a photo', '/app/shares/10'));
  // What an author did since takes the place of what they did before.
  await happens('push', message('a', 'Ann shared 2 times', '/app/spaces/3'));
  expect([...shown.values()].map(({ options }) => [options.body, options.data.path])).toEqual([['Ann shared 2 times\nBob shared a photo', '/app/spaces/3']]);
  await happens('push', message('a', 'Ann: Hello', '/app/shares/11', 4));
  expect(shown.size).toBe(2);
});

test('each message is shown, also one that nobody can read', async () => {
  const { scope, shown, happens } = worker();
  listenToPushes(scope, '/icon.png');
  await happens('push', { data: null });
  expect(shown.size).toBe(1);
});

test('a tap opens a window; one that is open goes there by itself, or is led there', async () => {
  const { scope, windows, openWindow, happens } = worker();
  listenToPushes(scope, '/icon.png');
  const notification = { close: vi.fn(), data: { space: 'space-3', lines: [], path: '/app/shares/9' } };
  await happens('notificationclick', { notification });
  expect(openWindow).toHaveBeenCalledExactlyOnceWith('/app/shares/9');
  const page = {
    url: 'http://localhost/app/spaces/4',
    focused: true,
    visibilityState: 'visible',
    focus: vi.fn(() => Promise.resolve()),
    navigate: vi.fn(() => Promise.resolve()),
    postMessage: vi.fn((_message: unknown, [port]: MessagePort[]) => port?.postMessage('gone')),
  };
  windows.push(page);
  await happens('notificationclick', { notification });
  expect(page.postMessage.mock.calls[0]?.[0]).toEqual({ kind: 'go', path: '/app/shares/9' });
  expect([page.focus.mock.calls.length, page.navigate.mock.calls.length]).toEqual([1, 0]);
  page.postMessage.mockImplementation(() => undefined);
  await happens('notificationclick', { notification });
  expect(page.navigate).toHaveBeenCalledExactlyOnceWith('/app/shares/9');
});

/** Caches by their names, with what is in them by its path. */
function stubCaches() {
  const all = new Map<string, Map<string, Response>>();
  const pathOf = (request: string | { url: string }) => new URL(typeof request === 'string' ? request : request.url, 'http://localhost').pathname;
  const cacheOf = (known: Map<string, Response>) => ({
    addAll: (requests: (string | Request)[]) => Promise.resolve(requests.forEach((each) => known.set(pathOf(each), new Response(`kept ${pathOf(each)}`)))),
    match: (request: string | Request) => Promise.resolve(known.get(pathOf(request))?.clone()),
    put: (request: string | Request, answer: Response) => Promise.resolve(void known.set(pathOf(request), answer)),
    keys: () => Promise.resolve([...known.keys()].map((path) => ({ url: `http://localhost${path}` }))),
    delete: (request: { url: string }) => Promise.resolve(known.delete(pathOf(request))),
  });
  vi.stubGlobal('caches', {
    open: (name: string) => {
      const known = all.get(name) ?? new Map<string, Response>();
      all.set(name, known);
      return Promise.resolve(cacheOf(known));
    },
    keys: () => Promise.resolve([...all.keys()]),
    delete: (name: string) => Promise.resolve(all.delete(name)),
    match: (request: Request) => Promise.resolve([...all.values()].map((known) => known.get(pathOf(request))).find(Boolean)?.clone()),
  });
  vi.stubGlobal('Request', class { url: string; constructor(path: string) { this.url = `http://localhost${path}`; } });
  return all;
}

async function answerOf(happens: (type: string, properties: object) => Promise<void>, path: string, more: object = {}) {
  let answer: Promise<Response> | undefined;
  const request = { url: `http://localhost${path}`, method: 'GET', mode: 'navigate', destination: 'document', ...more };
  await happens('fetch', { request, respondWith: (given: Promise<Response>) => (answer = given) });
  return answer && (await answer).text();
}

test('a page is the server’s while it answers, and the kept one else; its files are the kept ones', async () => {
  const { scope, happens } = worker();
  const all = stubCaches();
  keepShell(scope, { name: 'two', files: ['/assets/index-1.js'] });
  await happens('install', {});
  const fetched = vi.fn((): Promise<Response> => Promise.resolve(new Response('from the server')));
  vi.stubGlobal('fetch', fetched);
  expect(await answerOf(happens, '/app/spaces/3')).toBe('from the server');
  fetched.mockImplementation(() => Promise.resolve(new Response('restarting', { status: 502 })));
  expect(await answerOf(happens, '/app/spaces/3')).toBe('kept /app/');
  fetched.mockImplementation(() => Promise.reject(new TypeError('no line')));
  expect(await answerOf(happens, '/app/spaces/3')).toBe('kept /app/');
  expect(await answerOf(happens, '/assets/index-1.js', { mode: 'cors', destination: 'script' })).toBe('kept /assets/index-1.js');
  for (const path of ['/spaces/3/shares', '/events', '/docs']) expect(await answerOf(happens, path, { mode: 'cors', destination: '' })).toBeUndefined();
  expect([...all.keys()]).toEqual(['app-two']);
});

test('a new version keeps the files of the one before for windows that are open yet, and no older ones', async () => {
  const all = stubCaches();
  for (const name of ['one', 'two', 'three']) {
    const { scope, happens } = worker();
    keepShell(scope, { name, files: [] });
    await happens('install', {});
    await happens('activate', {});
  }
  expect([...all.keys()]).toEqual(['app-two', 'app-three']);
});

test('a small picture that was seen is there without a connection, whatever its signature', async () => {
  const { scope, happens } = worker();
  stubCaches();
  keepShell(scope, { name: 'one', files: [] });
  const image = { mode: 'no-cors', destination: 'image' };
  const seen = (what: string) => Object.defineProperty(new Response(what), 'type', { value: 'basic' });
  vi.stubGlobal('fetch', ({ url }: Request) => Promise.resolve(seen(url.includes('/avatars/') ? 'a face' : 'a picture')));
  expect(await answerOf(happens, '/photos/1-2.jpg/small?signature=x', image)).toBe('a picture');
  expect(await answerOf(happens, '/avatars/0123456789abcdef?expires=1&signature=x', image)).toBe('a face');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')));
  expect(await answerOf(happens, '/photos/1-2.jpg/small?signature=y', image)).toBe('a picture');
  expect(await answerOf(happens, '/avatars/0123456789abcdef?expires=2&signature=y', image)).toBe('a face');
  await expect(answerOf(happens, '/photos/1-3.jpg/small?signature=y', image)).rejects.toThrow('no line');
  expect(await answerOf(happens, '/photos/1-2.jpg', image)).toBeUndefined();
});

test('a picture that comes after its user has signed out is not kept', async () => {
  const { scope, happens } = worker();
  stubCaches();
  keepShell(scope, { name: 'one', files: [] });
  const image = { mode: 'no-cors', destination: 'image' };
  const answer = later<Response>();
  vi.stubGlobal('fetch', () => answer.promise);
  const asked = answerOf(happens, '/photos/1-2.jpg/small?signature=x', image);
  await settle();
  await caches.delete('pictures');
  answer.resolve(Object.defineProperty(new Response('a picture'), 'type', { value: 'basic' }));
  expect(await asked).toBe('a picture');
  await settle();
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')));
  await expect(answerOf(happens, '/photos/1-2.jpg/small?signature=y', image)).rejects.toThrow('no line');
});
