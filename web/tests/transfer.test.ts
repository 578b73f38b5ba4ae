import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { transfer } from '../src/lib/api/transfer';

/** A request that is never answered, and reports nothing, as browsers do of a body without bytes. */
class Silent {
  upload = {};
  onabort: (() => void) | null = null;
  open() {}
  setRequestHeader() {}
  send() {}
  abort() {
    this.onabort?.();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('XMLHttpRequest', Silent);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function given(body: ArrayBuffer, storing: number, ms: number): Promise<unknown> {
  let fate: unknown = null;
  const asking = { api: { report: () => undefined }, user: 1, signal: new AbortController().signal };
  transfer({ ...asking, method: 'PATCH', path: '/uploads/1', headers: {}, body }, storing).catch((error: unknown) => (fate = error));
  await vi.advanceTimersByTimeAsync(ms);
  return fate;
}

test('a server that finishes a large film, of which all has arrived, has the time for that', async () => {
  const film = 300_000_000;
  expect(await given(new ArrayBuffer(0), film, 600_000)).toBeNull();
  expect(await given(new ArrayBuffer(0), film, 700_000)).toMatchObject({ code: 'unreachable' });
});

test('bytes that do not move at all are given up as before', async () => {
  expect(await given(new ArrayBuffer(8), 300_000_000, 46_000)).toMatchObject({ code: 'unreachable' });
});
