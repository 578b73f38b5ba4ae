import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { userOf } from '../photos';
import { browser, later } from './browser';
import { disk } from './kept-database';
import { comment, ends, Locks, opened, rest, Server, textsOf } from './unsent';

vi.mock('../../src/lib/dom/database', async () => ({ Database: (await import('./kept-database')).Database }));

beforeEach(() => {
  browser();
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { languages: ['en'], locks: new Locks() });
  Object.assign(disk, { users: new Map(), isBroken: false, isFull: false });
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what is refused for good is dropped, and said; what comes behind it goes', async () => {
  const server = new Server();
  const { outbox, onrefused, reconnect } = opened(server);
  for (const [at, status] of [403, 404, 409, 413, 422].entries()) await outbox.add(1, comment(`${status}`, at));
  await outbox.add(1, comment('fine'));
  server.isDown = false;
  server.refuse = (said) => (said.includes('fine') ? null : new ApiError(Number(said.split(' ')[1]), 'No', 'no'));
  await reconnect();
  expect(onrefused.mock.calls).toMatchObject([403, 404, 409, 413, 422].map((status) => [{ text: `${status}` }, { status }]));
  expect([server.has, textsOf(outbox)]).toEqual([['1: 7 fine key-fine'], []]);
});

test('what the server cannot take now stays, and is sent again later each time, and not before it says so', async () => {
  const server = new Server();
  const { outbox, onrefused, reconnect } = opened(server);
  await outbox.add(1, comment('one'));
  server.isDown = false;
  const answers = [new ApiError(429, '', 'rate_limited', 90), new ApiError(503, '', 'busy'), new ApiError(500, '', 'internal')];
  server.refuse = () => answers.shift() ?? null;
  await reconnect();
  expect(server.asked.length).toBe(1);
  await vi.advanceTimersByTimeAsync(89_000);
  expect(server.asked.length).toBe(1);
  await vi.advanceTimersByTimeAsync(200_000);
  expect([server.has, textsOf(outbox), onrefused.mock.calls]).toEqual([['1: 7 one key-one'], [], []]);
});

test('what a fault of the server holds back holds back only what was said to the same share', async () => {
  const server = new Server();
  const { outbox, reconnect } = opened(server);
  for (const item of [comment('one'), comment('two'), comment('elsewhere', 8)]) await outbox.add(1, item);
  server.isDown = false;
  server.refuse = (said) => (said.includes('one') ? new ApiError(500, '', 'internal') : null);
  await reconnect();
  expect([server.has, textsOf(outbox)]).toEqual([['1: 8 elsewhere key-elsewhere'], ['one', 'two']]);
});

test('what is refused after its author has left is not said to who is here by then; its author is told when they are back', async () => {
  const server = new Server();
  const first = opened(server);
  await first.outbox.add(1, comment('A secret'));
  server.isDown = false;
  server.refuse = () => new ApiError(404, 'No', 'no_such_share');
  const answer = later<undefined>();
  server.pause = answer.promise;
  await first.reconnect();
  first.session.user = userOf(2, 'bob') as never;
  first.outbox.clear();
  answer.resolve(undefined);
  await rest();
  expect([server.asked.length, first.onrefused.mock.calls]).toEqual([1, []]);
  const { onrefused } = opened(server);
  await rest();
  expect(onrefused.mock.calls).toMatchObject([[{ text: 'A secret' }, { status: 404 }]]);
});
