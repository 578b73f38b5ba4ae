// The last answers, for when there is no connection.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Api } from '../src/lib/api/client';
import { forgetKept } from '../src/lib/api/kept';
import { browser, later, settle } from './state/browser';

let isThere: boolean;
/** Answers are on their way until then. */
let pause: Promise<void>;
/** Paths that begin so are refused. */
let refused: string;
let all: Map<string, Map<string, Response>>;

beforeEach(() => {
  browser();
  isThere = true;
  pause = Promise.resolve();
  refused = 'none';
  all = new Map();
  vi.stubGlobal('caches', {
    open: (name: string) => {
      const known = all.get(name) ?? new Map<string, Response>();
      all.set(name, known);
      return Promise.resolve({
        put: (path: string, answer: Response) => Promise.resolve(void known.set(path, answer)),
        match: (path: string) => Promise.resolve(known.get(path)?.clone()),
        keys: () => Promise.resolve([...known.keys()].map((path) => ({ url: `http://localhost${path}` }))),
        delete: ({ url }: Request) => Promise.resolve(known.delete(url.slice('http://localhost'.length))),
      });
    },
    keys: () => Promise.resolve([...all.keys()]),
    delete: (name: string) => Promise.resolve(all.delete(name)),
  });
  vi.stubGlobal('fetch', async (path: string) => {
    await pause;
    if (!isThere) throw new TypeError('no line');
    if (path.startsWith(refused)) return new Response('Not a member', { status: 403 });
    const headers = { 'Content-Type': 'application/json', Link: '</spaces/3/shares?after=9>; rel="next"' };
    return new Response(JSON.stringify(path === '/me' ? { id: 1, login: 'ann' } : [{ id: 9 }]), { headers });
  });
});
afterEach(() => void vi.unstubAllGlobals());

/** An API whose user has read a feed, before the line was lost. */
async function afterwards() {
  const api = new Api();
  api.actAs((await api.me()).id);
  await api.shares(3, 12, { kept: 'read' });
  await settle();
  isThere = false;
  return api;
}

test('without a connection, the last answer is there, with the way on; the connection counts as lost all the same', async () => {
  const api = await afterwards();
  const outcomes: unknown[] = [];
  api.listen((error) => outcomes.push(error?.code));
  expect(await api.shares(3, 12, { kept: 'read' })).toEqual({ rows: [{ id: 9 }], next: '/spaces/3/shares?after=9' });
  expect(outcomes).toEqual(['unreachable']);
  // Another window that is opened then finds out whose it is.
  expect(await new Api().me('read')).toEqual({ id: 1, login: 'ann' });
});

test('what is shown already is not replaced by something older', async () => {
  const api = await afterwards();
  await expect(api.shares(3, 12, { kept: 'write' })).rejects.toMatchObject({ code: 'unreachable' });
  await expect(api.shares(4, 12, { kept: 'read' })).rejects.toMatchObject({ code: 'unreachable' });
});

test('forgotten, nothing of it is there; the app itself is', async () => {
  const api = await afterwards();
  all.set('pictures', new Map()).set('app-1', new Map());
  await forgetKept();
  expect([...all.keys()]).toEqual(['app-1']);
  await expect(api.me('read')).rejects.toMatchObject({ code: 'unreachable' });
});

test('who is no longer in a space has nothing of it without a connection; of others, all is there', async () => {
  const api = await afterwards();
  isThere = true;
  await api.shares(33, 12, { kept: 'read' });
  await api.space(3, 'read');
  await settle();
  refused = '/spaces/3/members';
  await expect(api.members(3, 'write')).rejects.toMatchObject({ status: 403 });
  await settle();
  isThere = false;
  await expect(api.space(3, 'read')).rejects.toMatchObject({ code: 'unreachable' });
  await expect(api.shares(3, 12, { kept: 'read' })).rejects.toMatchObject({ code: 'unreachable' });
  expect((await api.shares(33, 12, { kept: 'read' })).rows).toEqual([{ id: 9 }]);
});

test.each([
  ['nobody', null],
  ['another user', 2],
])('an answer that comes when %s is here is not kept, nor whose it is', async (_, next) => {
  const api = new Api();
  api.actAs(1);
  const answered = later<undefined>();
  pause = answered.promise;
  const asked = [api.shares(3, 12, { kept: 'read' }), api.me()];
  api.actAs(next);
  await forgetKept();
  answered.resolve(undefined);
  await Promise.all(asked);
  await settle();
  expect([[...all.keys()], localStorage.getItem('kept.user')]).toEqual([[], null]);
});

test('a refusal takes from what is kept for the one who has asked', async () => {
  const api = await afterwards();
  isThere = true;
  refused = '/spaces/3';
  const answered = later<undefined>();
  pause = answered.promise;
  const asked = api.shares(3, 12, { kept: 'read' });
  api.actAs(2);
  answered.resolve(undefined);
  await expect(asked).rejects.toMatchObject({ status: 403 });
  await settle();
  expect(all.get('answers-1')?.has('/spaces/3/shares?limit=12')).toBe(false);
});

test('without a connection, a window shows nothing of the user who has signed in in another one', async () => {
  const api = await afterwards();
  const other = new Api();
  other.actAs(2);
  await expect(other.shares(3, 12, { kept: 'read' })).rejects.toMatchObject({ code: 'unreachable' });
  expect((await api.shares(3, 12, { kept: 'read' })).rows).toEqual([{ id: 9 }]);
});
