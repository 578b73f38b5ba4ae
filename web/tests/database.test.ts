import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Database } from '../src/lib/dom/database';

/** As much of IndexedDB as is used, whose requests and transactions end when the test says so. */
class Disk {
  opening: { onsuccess?: () => void; result: unknown }[] = [];
  requests: { onsuccess?: () => void }[] = [];
  transactions: { oncomplete?: () => void; onabort?: () => void; error: Error | null }[] = [];
  closed = 0;

  open = () => {
    const request = { result: { transaction: this.#transaction, close: () => (this.closed += 1) } };
    this.opening.push(request);
    return request;
  };

  #transaction = () => {
    const transaction = { error: null };
    this.transactions.push(transaction);
    const ask = () => {
      const request = {};
      this.requests.push(request);
      return request;
    };
    return { objectStore: () => ({ transaction, put: ask, delete: ask }) };
  };
}

let disk: Disk;
beforeEach(() => {
  vi.useFakeTimers();
  disk = new Disk();
  vi.stubGlobal('indexedDB', disk);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** How a promise ended; undefined while it hasn't. */
async function fateOf(promise: Promise<unknown>): Promise<unknown> {
  let fate: unknown;
  promise.then(
    () => (fate = 'done'),
    (error: unknown) => (fate = error),
  );
  await vi.advanceTimersByTimeAsync(0);
  return fate;
}

async function opened(): Promise<Database> {
  const opening = Database.open(1);
  disk.opening[0]?.onsuccess?.();
  return opening;
}

test('a browser that never opens what it keeps is not waited for, and what it opens too late is closed', async () => {
  const opening = Database.open(1);
  const fate = fateOf(opening);
  await vi.advanceTimersByTimeAsync(60_000);
  await fate;
  expect(await fateOf(opening)).toBeInstanceOf(Error);
  disk.opening[0]?.onsuccess?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(disk.closed).toBe(1);
});

test('one that opens in time is not closed', async () => {
  await opened();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(disk.closed).toBe(0);
});

test('something is kept when its transaction is complete, and not before', async () => {
  const db = await opened();
  const putting = db.put(['a'], 1);
  disk.requests[0]?.onsuccess?.();
  expect(await fateOf(putting)).toBeUndefined();
  disk.transactions[0]?.oncomplete?.();
  expect(await fateOf(putting)).toBe('done');
});

test('what a full disk takes back is not kept', async () => {
  const db = await opened();
  const putting = db.put(['a'], 1);
  disk.requests[0]?.onsuccess?.();
  const full = new Error('QuotaExceededError');
  Object.assign(disk.transactions[0] ?? {}, { error: full });
  disk.transactions[0]?.onabort?.();
  expect(await fateOf(putting)).toBe(full);
});
