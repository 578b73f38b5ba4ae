// Several pages that share one stream.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Hub } from '../src/lib/api/events/hub';
import type { FromHub } from '../src/lib/api/events/messages';
import { type Asked, serveStreams } from './stream-server';

let asked: Asked[];
const last = () => asked.at(-1) as Asked;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  asked = serveStreams();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A page that listens to a hub. */
function pageOf(hub: Hub) {
  const got: string[] = [];
  const page = {
    postMessage: (message: FromHub) => {
      if (message.kind === 'event') got.push(message.event.id);
      else if (message.kind !== 'welcome') got.push(message.kind);
    },
  };
  return { got, says: (after: string | null, returned = false) => hub.receive(page, { kind: 'here', after, returned }), goes: () => hub.receive(page, { kind: 'gone' }) };
}

test('many pages share one stream, which ends with the last of them', async () => {
  const hub = new Hub({});
  const [one, other] = [pageOf(hub), pageOf(hub)];
  one.says(null);
  other.says(null);
  expect(asked).toHaveLength(1);
  last().begins();
  last().sends('id: a-1\n\nid: a-2\nevent: share.created\ndata: {}\n\n');
  await settle();
  expect([one.got, other.got]).toEqual([['open', 'a-2'], ['open', 'a-2']]);
  one.goes();
  expect(last().signal.aborted).toBe(false);
  other.goes();
  expect(last().signal.aborted).toBe(true);
});

test('a page that gives no sign any more is forgotten, and one that comes back gets what it has missed', async () => {
  const hub = new Hub({});
  const [one, other] = [pageOf(hub), pageOf(hub)];
  one.says(null);
  other.says(null);
  last().begins();
  last().sends('id: a-1\n\n');
  await settle();
  for (let passed = 0; passed < 180; passed += 20) {
    one.says('a-1');
    last().sends(':\n\n');
    await vi.advanceTimersByTimeAsync(20_000);
  }
  last().sends('id: a-2\nevent: share.created\ndata: {}\n\nid: a-3\nevent: share.edited\ndata: {}\n\n');
  await settle();
  expect([one.got, other.got]).toEqual([['open', 'a-2', 'a-3'], ['open']]);
  other.says('a-2');
  expect(other.got).toEqual(['open', 'a-3', 'open']);
  // It has been away for longer than anybody remembers.
  other.goes();
  other.says('z-1');
  expect(other.got.slice(3)).toEqual(['open']);
  expect(asked).toHaveLength(1);
});

test('a page that comes after a refusal is told what the next answer says, and not the one of before', async () => {
  const hub = new Hub({});
  const [before, fresh, third] = [pageOf(hub), pageOf(hub), pageOf(hub)];
  before.says(null);
  last().refuses(401, 'unauthorized');
  await settle();
  expect(before.got).toEqual(['failed']);
  fresh.says(null);
  third.says(null);
  expect([asked.length, fresh.got, third.got]).toEqual([2, [], []]);
  last().refuses(503, 'busy');
  await settle();
  expect([fresh.got, third.got]).toEqual([['failed'], ['failed']]);
  // While it is waited for another try, that is how it is.
  const fourth = pageOf(hub);
  fourth.says(null);
  expect(fourth.got).toEqual(['failed']);
  hub.receive({ postMessage: () => undefined }, { kind: 'retry' });
  last().begins();
  last().sends('id: a-1\n\n');
  await settle();
  expect([asked.length, fresh.got, fourth.got]).toEqual([3, ['failed', 'open'], ['failed', 'open']]);
});

test('a page that comes while it is tried again after a refusal is not told of that', async () => {
  const hub = new Hub({});
  const [before, fresh] = [pageOf(hub), pageOf(hub)];
  before.says(null);
  last().refuses(401, 'unauthorized');
  await settle();
  hub.receive({ postMessage: () => undefined }, { kind: 'retry' });
  fresh.says(null);
  expect([asked.length, fresh.got]).toEqual([2, []]);
});

test('after a sleep of the device the stream is opened again, from the same place', async () => {
  const hub = new Hub({});
  const one = pageOf(hub);
  one.says(null);
  last().begins();
  last().sends('id: a-1\n\n');
  await settle();
  vi.setSystemTime(Date.now() + 3_600_000);
  one.says('a-1', true);
  await settle();
  expect([asked.length, last().path]).toEqual([2, '/events?after=a-1']);
});
