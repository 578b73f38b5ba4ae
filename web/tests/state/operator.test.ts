// What operators see and do, while others do so too.

import { expect, test, vi } from 'vitest';

import type { Account } from '../../src/lib/api/operator';
import { ApiError } from '../../src/lib/api/errors';
import { Listing } from '../../src/lib/state/operator/listing.svelte';
import { Operator } from '../../src/lib/state/operator/operator.svelte';

const account = (id: number, login: string, name = login): Account => ({
  id, login, name, disabled_at: null, is_operator: false, spaces: 0, used_bytes: 0, max_bytes: null, has_own_quota: false,
});
const rowsOf = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => account(from + at, `u${from + at}`));
const idsOf = ({ rows }: Listing<Account>) => rows?.map(({ id }) => id);

function operatorWith(answer: (method: string, path: string, options: { json?: unknown }) => unknown, is_operator = true) {
  let observe: (error: ApiError | null) => void = () => undefined;
  const session = { user: { id: 1, is_operator }, recheck: vi.fn(() => Promise.resolve()) };
  const request = vi.fn(async (method: string, path: string, options: { json?: unknown } = {}) => {
    try {
      return { data: await answer(method, path, options), next: null };
    } catch (error) {
      observe(error as ApiError);
      throw error;
    }
  });
  const listen = (each: typeof observe) => {
    observe = each;
    return () => (observe = () => undefined);
  };
  const operator = new Operator({ api: { request, listen }, session } as never);
  const end = operator.start();
  return { operator, request, session, end };
}

test('a list is read page by page, and again as far down as it is shown', async () => {
  const first = vi.fn((limit: number) => Promise.resolve({ rows: rowsOf(1, Math.min(limit, 70)), next: limit < 70 ? '/more' : null }));
  const more = vi.fn(() => Promise.resolve({ rows: rowsOf(50, 70), next: null }));
  const list = new Listing({ first, more });
  expect(list.rows).toBeNull();
  await list.load();
  expect([idsOf(list)?.length, list.next]).toEqual([50, '/more']);
  // A row that has moved meanwhile isn't there twice.
  await list.loadMore();
  expect([idsOf(list), list.next]).toEqual([rowsOf(1, 70).map(({ id }) => id), null]);
  await list.loadMore();
  expect(more).toHaveBeenCalledExactlyOnceWith('/more');
  await list.load();
  expect(first.mock.calls).toEqual([[50], [70]]);
});

test('what is shown stays where it cannot be read again, and the reason is told until it can', async () => {
  const first = vi.fn().mockResolvedValueOnce({ rows: rowsOf(1, 2), next: null });
  const list = new Listing<Account>({ first, more: vi.fn() });
  await list.load();
  const refusal = new ApiError(503, 'Busy', 'busy');
  first.mockRejectedValueOnce(refusal);
  await list.load();
  expect([idsOf(list), list.error, list.loading]).toEqual([[1, 2], refusal, false]);
  first.mockResolvedValueOnce({ rows: [], next: null });
  await list.load();
  expect([idsOf(list), list.error]).toEqual([[], null]);
});

test('what an operator does is sent, and the list is read again', async () => {
  const people = [account(2, 'bob')];
  const { operator, request } = operatorWith((method, _path, { json }) => {
    if (method === 'PUT') Object.assign(people[0] ?? {}, { disabled_at: 'now' });
    return method === 'PUT' ? { ...people[0], json } : structuredClone(people);
  });
  await operator.people.load();
  await operator.act(() => operator.api.changeAccount(2, { disabled: true }), operator.people);
  expect(request.mock.calls.map(([method, path]) => [method, path])).toEqual([
    ['GET', '/operator/users?limit=50'],
    ['PUT', '/operator/users/2'],
    ['GET', '/operator/users?limit=50'],
  ]);
  expect(operator.people.rows?.[0]?.disabled_at).toBe('now');
});

test('what another operator was faster with is told, and the list is as it is by then', async () => {
  for (const status of [403, 404, 409]) {
    const people = [account(2, 'bob'), account(3, 'cem')];
    const refusal = new ApiError(status, 'No', 'user_not_found');
    const { operator } = operatorWith((method) => {
      if (method === 'GET') return [...people];
      throw refusal;
    });
    await operator.people.load();
    people.shift();
    await expect(operator.act(() => operator.api.removeAccount(2, 'secret'), operator.people)).rejects.toBe(refusal);
    expect(idsOf(operator.people)).toEqual([3]);
  }
});

test('a wrong password or a server that is away is no reason to read the list again', async () => {
  for (const status of [401, 429, 0]) {
    const { operator, request } = operatorWith(() => {
      throw new ApiError(status, '', 'wrong_password');
    });
    await expect(operator.act(() => operator.api.removeAccount(2, 'x'), operator.people)).rejects.toThrow();
    expect(request).toHaveBeenCalledTimes(1);
  }
});

test('who is no operator any more is asked about again, whatever they were doing', async () => {
  const { operator, session, end } = operatorWith(() => {
    throw new ApiError(403, 'User not operator', 'not_an_operator');
  });
  expect(operator.isAllowed).toBe(true);
  await operator.log.load();
  expect(session.recheck).toHaveBeenCalledOnce();
  session.user.is_operator = false;
  expect(operator.isAllowed).toBe(false);
  end();
  await operator.log.load();
  expect(session.recheck).toHaveBeenCalledOnce();
});

test('people are found by their login or name, without case and accents', () => {
  const people = [account(1, 'ann', 'Änne'), account(2, 'bob', 'Robert'), account(3, 'BOBBY', 'x')];
  const found = (query: string) => Operator.matching(people, query).map(({ id }) => id);
  expect([found(''), found(' bob '), found('anne'), found('ROBERT'), found('zoe')]).toEqual([[1, 2, 3], [2, 3], [1], [2], []]);
});

test('for a search, a list is read to its end in long pages, once however much is typed, and no further than is bearable', async () => {
  const counted = () => {
    const first = vi.fn((limit: number) => Promise.resolve({ rows: rowsOf(1, limit), next: `${limit}` }));
    const more = vi.fn((next: string) => {
      const from = Number(next);
      return Promise.resolve({ rows: rowsOf(from + 1, Math.min(1_200, from + 500)), next: from + 500 < 1_200 ? `${from + 500}` : null });
    });
    return { first, more, list: new Listing({ first, more }) };
  };
  const { first, more, list } = counted();
  await list.load();
  await Promise.all([list.readUpTo(5_000), list.readUpTo(5_000)]);
  expect([list.rows?.length, list.next]).toEqual([1_200, null]);
  expect([first.mock.calls, more.mock.calls]).toEqual([[[50], [500]], [['500'], ['1000']]]);
  await list.readUpTo(5_000);
  expect(first).toHaveBeenCalledTimes(2);

  const bounded = counted();
  await bounded.list.load();
  await bounded.list.readUpTo(1_000);
  expect([bounded.list.rows?.length, bounded.list.next]).toEqual([1_000, '1000']);

  // Where it can't be read, it isn't asked for again by itself.
  const broken = counted();
  await broken.list.load();
  broken.more.mockRejectedValue(new ApiError(503, 'Busy', 'busy'));
  await broken.list.readUpTo(5_000);
  expect([broken.list.rows?.length, broken.more.mock.calls.length]).toEqual([500, 1]);
});
