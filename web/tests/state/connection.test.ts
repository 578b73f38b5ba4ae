import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { Connection } from '../../src/lib/state/connection.svelte';
import { type Browser, browser, settle } from './browser';

let page: Browser;
beforeEach(() => {
  vi.useFakeTimers();
  page = browser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A connection to a server that responds or not; the outcome of each request is reported as the app does it. */
function made() {
  const server = { isUp: false, asked: 0 };
  const connection: Connection = new Connection({
    health: () => {
      server.asked += 1;
      const error = server.isUp ? null : new ApiError(0, '', 'unreachable');
      connection.observe(error);
      return error ? Promise.reject(error) : Promise.resolve('ok');
    },
  });
  return { connection, server };
}
const unreachable = () => new ApiError(0, '', 'unreachable');

test('once the server cannot be reached it is asked, less and less often, until it answers', async () => {
  const { connection, server } = made();
  const back = vi.fn();
  connection.onReconnect(back);
  connection.observe(unreachable());
  expect(connection.lost).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  const first = server.asked;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked - first).toBeLessThan(first);
  expect(back).not.toHaveBeenCalled();
  server.isUp = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(connection.lost).toBe(false);
  expect(connection.reconnects).toBe(1);
  expect(back).toHaveBeenCalledOnce();
  const asked = server.asked;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toBe(asked);
});

test('good answers while all is well are no return', () => {
  const { connection } = made();
  connection.observe(null);
  connection.observe(null);
  expect(connection.reconnects).toBe(0);
});

test('a refusal is an answer too', () => {
  const { connection } = made();
  connection.observe(unreachable());
  connection.observe(new ApiError(403, '', 'not_member'));
  expect(connection.lost).toBe(false);
});

test('a task that has ended is not done any more', () => {
  const { connection } = made();
  const back = vi.fn();
  const end = connection.onReconnect(back);
  end();
  connection.observe(unreachable());
  connection.observe(null);
  expect(connection.reconnects).toBe(1);
  expect(back).not.toHaveBeenCalled();
});

test('what the browser says of its network is heeded, until it has stopped', async () => {
  const { connection, server } = made();
  const stop = connection.start();
  page.window.dispatchEvent(new Event('offline'));
  expect(connection.lost).toBe(true);
  server.isUp = true;
  page.window.dispatchEvent(new Event('online'));
  await settle();
  expect(connection.lost).toBe(false);
  stop();
  page.window.dispatchEvent(new Event('offline'));
  expect(connection.lost).toBe(false);
  expect(page.listeners()).toBe(0);
});

test('what could not be loaded is loaded again, when the server is back or after a while, until it is there', async () => {
  const { connection } = made();
  let fails = 2;
  const load = vi.fn(() => (fails-- > 0 ? Promise.reject(new Error('no line')) : Promise.resolve('there')));
  const loaded = vi.fn();
  void connection.persist(load).then(loaded);
  await settle();
  expect(load).toHaveBeenCalledTimes(1);
  connection.observe(unreachable());
  connection.observe(null);
  await vi.advanceTimersByTimeAsync(0);
  expect(load).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(loaded.mock.calls).toEqual([['there']]);
  connection.observe(unreachable());
  connection.observe(null);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(load).toHaveBeenCalledTimes(3);
});
