import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { userOf } from '../photos';
import { browser, later } from './browser';
import { disk } from './kept-database';
import { comment, ends, heart, Locks, opened, rest, Server, textsOf } from './unsent';

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

test('what is said without a connection is there after a restart, and sent in its order, once', async () => {
  const server = new Server();
  const { outbox, connection } = opened(server);
  for (const item of [comment('one'), comment('two', 8), heart(true), comment('three')]) expect(await outbox.add(1, item)).toBe(true);
  expect(textsOf(outbox)).toEqual(['one', 'two', '❤️ true', 'three']);
  expect([outbox.hasTurn(7), server.asked, connection.check.mock.calls.length]).toEqual([false, [], 4]);

  server.isDown = false;
  const again = opened(server);
  await rest();
  expect(server.has).toEqual(['1: 7 one key-one', '1: 8 two key-two', '1: shares/7 ❤️ true', '1: 7 three key-three']);
  expect([textsOf(again.outbox), again.onsent.mock.calls.length, again.outbox.hasTurn(7)]).toEqual([[], 4, true]);
});

test('a comment or reaction is not queued for another user who has signed in since', async () => {
  const server = new Server();
  const { outbox, session } = opened(server);
  session.user = userOf(2, 'bob') as never;
  expect([await outbox.add(1, comment('From Ann')), await outbox.add(1, heart(true))]).toEqual([false, false]);
  server.isDown = false;
  await outbox.flush();
  expect([server.has, textsOf(outbox)]).toEqual([[], []]);
});

test('of a reaction that was made and undone, the last state is sent', async () => {
  const server = new Server();
  const { outbox, reconnect } = opened(server);
  for (const mine of [true, false, true, false]) await outbox.add(1, heart(mine));
  expect([textsOf(outbox), outbox.mayReact('shares/7', '❤️'), outbox.mayReact('shares/7', '🎉')]).toEqual([['❤️ false'], false, false]);
  server.isDown = false;
  await reconnect();
  expect(server.has).toEqual(['1: shares/7 ❤️ false']);
});

test('tapped again while it is on its way, the last state is sent behind it', async () => {
  const server = new Server();
  const { outbox, reconnect } = opened(server);
  await outbox.add(1, heart(true));
  const answer = later<null>();
  server.pause = answer.promise;
  server.isDown = false;
  await reconnect();
  await outbox.add(1, heart(false));
  answer.resolve(null);
  await rest();
  expect([server.has, textsOf(outbox)]).toEqual([['1: shares/7 ❤️ true', '1: shares/7 ❤️ false'], []]);
});

test('of two windows, one sends, and both know', async () => {
  const server = new Server();
  const [one, other] = [opened(server), opened(server)];
  await one.outbox.add(1, comment('one'));
  await other.outbox.add(1, comment('two'));
  await vi.waitFor(() => expect([textsOf(one.outbox), textsOf(other.outbox)]).toEqual([['one', 'two'], ['one', 'two']]));
  server.isDown = false;
  await Promise.all([one.reconnect(), other.reconnect()]);
  await vi.waitFor(() => expect([textsOf(one.outbox), textsOf(other.outbox)]).toEqual([[], []]));
  expect(server.asked).toEqual(['7 one key-one', '7 two key-two']);
});

test('another user who is here sends nothing of what waits; its user finds it again', async () => {
  const server = new Server();
  const { outbox, session, reconnect, connection } = opened(server);
  await outbox.add(1, comment('mine'));
  session.user = userOf(2, 'bob') as never;
  outbox.clear();
  server.isDown = false;
  await reconnect();
  const bob = opened(server, 2);
  await rest();
  expect([textsOf(outbox), textsOf(bob.outbox), server.asked]).toEqual([[], [], []]);
  expect(connection.lost).toBe(false);
  opened(server, 1);
  await rest();
  expect(server.has).toEqual(['1: 7 mine key-mine']);
});

test('nothing more is sent once the session is another one', async () => {
  const server = new Server();
  const { outbox, session, reconnect } = opened(server);
  await outbox.add(1, comment('one'));
  await outbox.add(1, comment('two'));
  const answer = later<null>();
  server.pause = answer.promise;
  server.isDown = false;
  await reconnect();
  session.user = userOf(2, 'bob') as never;
  answer.resolve(null);
  await rest();
  expect(server.asked).toEqual(['7 one key-one']);

  const again = opened(server);
  server.refuse = () => new ApiError(401, 'No', 'unauthorized');
  await rest();
  expect([textsOf(again.outbox), again.onrefused.mock.calls]).toEqual([['two'], []]);
});

test('what is not to be sent any more is not', async () => {
  const server = new Server();
  const { outbox, reconnect } = opened(server);
  await outbox.add(1, comment('one'));
  await outbox.add(1, comment('two'));
  const [first] = outbox.waiting;
  if (first) await outbox.discard(first);
  server.isDown = false;
  await reconnect();
  expect(server.has).toEqual(['1: 7 two key-two']);
});

test('a browser that keeps nothing, or no more, says so', async () => {
  const server = new Server();
  const { outbox } = opened(server);
  await outbox.add(1, comment('one'));
  disk.isFull = true;
  expect([await outbox.add(1, comment('two')), textsOf(outbox)]).toEqual([false, ['one']]);
  disk.isBroken = true;
  expect(await opened(server).outbox.add(1, comment('three'))).toBe(false);
});

test('comments to shares that are not shown are found by their space', async () => {
  const server = new Server();
  const { outbox } = opened(server);
  await outbox.add(1, { ...comment('Shown', 7), space: 3 });
  await outbox.add(1, { ...comment('Further down', 8), space: 3 });
  await outbox.add(1, { ...comment('In another space', 9), space: 4 });
  await outbox.add(1, comment('From an earlier version', 10));
  await outbox.add(1, heart(true));
  await rest();
  expect(outbox.elsewhere(3, new Set([7])).map((each) => each.text)).toEqual(['Further down']);
  expect(outbox.elsewhere(4, new Set()).map((each) => each.text)).toEqual(['In another space']);
});
