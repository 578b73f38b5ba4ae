// The stream of events, kept open through all that happens to it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { BlockParser } from '../src/lib/api/events/parse';
import { EventStream } from '../src/lib/api/events/stream';
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

function listen() {
  const heard: string[] = [];
  const stream = new EventStream(
    { 'Shared-Spaces-User': '7' },
    {
      opened: (id) => heard.push(`open ${id}`),
      happened: ({ id, kind, data }) => heard.push(`${id} ${kind} ${data}`),
      failed: ({ status, code }) => heard.push(`failed ${status} ${code}`),
    },
  );
  stream.open();
  return { stream, heard };
}

async function opened(text = 'id: a-1\n\n') {
  const { stream, heard } = listen();
  last().begins();
  last().sends(text);
  await settle();
  return { stream, heard };
}

test('events are read, however they are cut on the way', () => {
  const text = ': hello\nid: a-1\n\n:\n\nid: a-2\nevent: share.created\ndata: {"text":"Grüße: 👋"}\n\nretry: 1500\n\nid: a-3\r\nevent: reset\r\ndata:\r\n\r\n';
  const whole = new BlockParser().push(text);
  expect(whole.map(({ id, kind, retry }) => [id, kind, retry])).toEqual([
    ['a-1', null, null],
    ['a-2', 'share.created', null],
    [null, null, 1500],
    ['a-3', 'reset', null],
  ]);
  expect(JSON.parse(whole[1]?.data ?? '')).toEqual({ text: 'Grüße: 👋' });
  for (let cut = 1; cut < text.length; cut++) {
    const parser = new BlockParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(whole);
  }
});

test('only a line feed ends a line, and not the other separators that a text may have', () => {
  const text = 'one\u2028two\u2029three\u0085four';
  const blocks = new BlockParser().push(`id: a-1\nevent: share.created\ndata: ${JSON.stringify({ text })}\n\n`);
  expect(blocks.map(({ id, kind, data }) => [id, kind, JSON.parse(data)])).toEqual([['a-1', 'share.created', { text }]]);
});

test('it is asked for by an account, and goes on from where it was when the line breaks', async () => {
  const { heard } = await opened();
  expect([last().path, last().headers['Shared-Spaces-User']]).toEqual(['/events', '7']);
  last().sends('id: a-2\nevent: share.created\ndata: {}\n\n');
  await settle();
  last().breaks();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([asked.length, last().path]).toEqual([2, '/events?after=a-2']);
  expect(heard).toEqual(['open a-1', 'a-2 share.created {}']);
});

test('while the server is away it is tried again, less and less often, and at once when it is said to be back', async () => {
  const { stream, heard } = await opened();
  last().breaks();
  const pauses: number[] = [];
  for (let before = Date.now(); pauses.length < 9; ) {
    await vi.advanceTimersToNextTimerAsync();
    if (asked.length <= pauses.length + 1) continue;
    pauses.push(Date.now() - before);
    before = Date.now();
    if (pauses.length % 2 === 0) last().refuses(502, '');
    else last().breaks();
    await settle();
  }
  expect(pauses.map((ms) => Math.round(ms / 1000))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(new Set(heard.slice(1))).toEqual(new Set(['failed 0 unreachable', 'failed 502 ']));
  const before = asked.length;
  stream.open();
  expect(asked).toHaveLength(before + 1);
});

test('one that has fallen silent is dropped for another', async () => {
  await opened();
  const first = last();
  await vi.advanceTimersByTimeAsync(50_000);
  first.sends(':\n\n');
  await vi.advanceTimersByTimeAsync(50_000);
  expect(first.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(11_000);
  expect([first.signal.aborted, asked.length, last().path]).toEqual([true, 2, '/events?after=a-1']);
});

test('what is kept back on its way is no stream', async () => {
  const { heard } = listen();
  last().begins();
  await vi.advanceTimersByTimeAsync(15_000);
  expect([last().signal.aborted, heard]).toEqual([true, ['failed 0 no_stream']]);
});

test('a page that a proxy sends instead is no stream', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { headers: { 'Content-Type': 'text/html' } })));
  const { heard } = listen();
  await settle();
  expect(heard).toEqual(['failed 0 no_stream']);
});

test('one who is not signed in any more is not asked for again, and one who waits for room is when there may be some', async () => {
  const { stream, heard } = await opened();
  last().ends();
  await vi.advanceTimersByTimeAsync(1_000);
  last().refuses(401, 'unauthorized');
  await vi.advanceTimersByTimeAsync(600_000);
  expect([asked.length, heard.at(-1), stream.isRunning]).toEqual([2, 'failed 401 unauthorized', false]);
  stream.open();
  last().refuses(429, 'too_many_streams', { 'Retry-After': '30' });
  await vi.advanceTimersByTimeAsync(29_000);
  expect(asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toHaveLength(4);
});

test('the server says when to come back, and where it had to begin elsewhere', async () => {
  const { heard } = await opened();
  last().sends('retry: 2500\n\n');
  last().ends();
  await vi.advanceTimersByTimeAsync(2_400);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  last().begins();
  last().sends('id: b-9\nevent: reset\ndata: {}\n\n');
  await settle();
  expect(heard).toEqual(['open a-1', 'open b-9']);
});
