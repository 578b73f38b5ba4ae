import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Sending } from '../../src/lib/api/tus';
import { FileUpload } from '../../src/lib/state/file-upload.svelte';
import { UploadQueue } from '../../src/lib/state/upload-queue';
import { Line } from './uploads';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));

let line: Line;
beforeEach(() => {
  vi.useFakeTimers();
  line = new Line();
  wire.send = line.send as typeof wire.send;
});
afterEach(() => void vi.useRealTimers());

const picture = (name: string, poster: string | null = null) => ({
  file: new Blob([name]),
  name,
  url: '',
  width: 4,
  height: 3,
  shrunk: false,
  ...(poster !== null && { video: { poster: new Blob([poster]) } }),
});
const made = (name: string, poster: string | null = null) => new FileUpload(picture(name, poster), { api: line.api, user: 1 });
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

function queued(names: string[]) {
  const queue = new UploadQueue();
  const uploads = names.map((name) => made(name));
  for (const upload of uploads) queue.add(upload);
  return { queue, uploads };
}

test('files are sent in their order, three at once, and each knows how far it is', async () => {
  line.held = [];
  const { uploads } = queued(['a', 'b', 'c', 'd', 'e']);
  await pass();
  expect(line.begun).toEqual(['a', 'b', 'c']);
  expect(uploads.map(({ state }) => state)).toEqual(['sending', 'sending', 'sending', 'queued', 'queued']);
  for (let round = 0; round < 3; round++) {
    line.release();
    await pass();
  }
  expect(line.begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(uploads.map(({ state, sent, total }) => [state, sent === total])).toEqual(uploads.map(() => ['done', true]));
  expect(line.most).toBe(3);
});

test('a line that breaks in the middle is waited for, longer each time, and the upload continues', async () => {
  line.fates.set('film', ['breaks', new ApiError(502, '', 'http'), 'arrives']);
  const { uploads: [film] } = queued(['film']);
  await pass();
  expect([film?.state, film?.sent]).toEqual(['waiting', 2]);
  await pass(1300);
  expect(film?.state).toBe('waiting');
  await pass(2600);
  expect([film?.state, film?.error]).toEqual(['done', null]);
  expect(line.begun).toEqual(['film']);
});

test('when the line is back, what waits does not wait any longer', async () => {
  line.fates.set('a', Array.from({ length: 6 }, () => 'breaks' as const));
  const { queue, uploads: [a] } = queued(['a']);
  await pass(60);
  line.fates.clear();
  queue.wake();
  await pass();
  expect(a?.state).toBe('done');
});

test('who has to sign in again finds the upload waiting, and it continues then', async () => {
  line.fates.set('a', [new ApiError(401, '', 'unauthorized')]);
  const { queue, uploads: [a] } = queued(['a']);
  await pass(10 * 60_000);
  expect([a?.state, a?.error]).toEqual(['waiting', null]);
  queue.wake();
  await pass();
  expect(a?.state).toBe('done');
});

test('a server that asks for patience is given it', async () => {
  line.fates.set('a', [new ApiError(429, '', 'too_many_uploads', 20)]);
  const { uploads: [a] } = queued(['a']);
  await pass(19_000);
  expect(a?.state).toBe('waiting');
  await pass(1_000);
  expect(a?.state).toBe('done');
});

test('a refusal is of one file, and of no other; it can be tried again by hand', async () => {
  for (const refusal of [new ApiError(413, '', 'too_large'), new ApiError(415, '', 'photo_type'), new ApiError(409, '', 'too_many_waiting')]) {
    line.fates.set('b', [refusal]);
    const { queue, uploads: [a, b] } = queued(['a', 'b']);
    await pass(60_000);
    expect([a?.state, b?.state, b?.error]).toEqual(['done', 'refused', refusal]);
    b?.again();
    if (b) queue.add(b);
    await pass();
    expect([b?.state, b?.error]).toEqual(['done', null]);
  }
});

test('a server that fails again and again at one file is not asked forever', async () => {
  line.fates.set('a', Array.from({ length: 9 }, () => new ApiError(500, '', 'internal')));
  const { uploads: [a] } = queued(['a']);
  await pass(10 * 60_000);
  expect(a?.state).toBe('refused');
  expect(line.fates.get('a')).toHaveLength(4);
});

test('what is cancelled is deleted at the server, also if it was just begun, and is sent no more', async () => {
  line.held = [];
  const { uploads: [a, b] } = queued(['a', 'b', 'c', 'd']);
  await pass();
  const settled = a?.settled();
  void a?.cancel();
  line.release();
  await pass();
  await settled;
  expect(line.deleted).toEqual(['/uploads/1']);
  expect(b?.state).toBe('done');
  expect(line.begun).toEqual(['a', 'b', 'c', 'd']);
});

test('the picture of a video is sent behind it, and a share names both', async () => {
  const queue = new UploadQueue();
  const film = made('film', 'poster');
  queue.add(film);
  await pass();
  expect(line.begun).toEqual(['film', 'poster']);
  expect(film.ids).toEqual({ upload: 1, poster: 2 });
  expect(film.sent).toBe(film.total);
});

test('a chunk that never gets through, though the server answers, is tried with smaller ones, more and more rarely, and not forever', async () => {
  line.fates.set('a', Array.from({ length: 20 }, () => 'breaks' as const));
  const { queue, uploads: [a] } = queued(['a']);
  // The server answers, so that the connection is back each time.
  for (let second = 0; second < 300; second++) {
    await pass(1000);
    queue.wake();
  }
  await pass();
  expect([a?.state, a?.error instanceof ApiError && a.error.unreachable]).toEqual(['refused', true]);
  expect(line.chunks.length).toBe(10);
  expect(line.chunks.slice(0, 3)).toEqual([8, 4, 2].map((mebi) => mebi * 1024 * 1024));
  expect(Math.min(...line.chunks)).toBe(256 * 1024);
  // By hand, it goes on where it is.
  line.fates.clear();
  a?.again();
  if (a) queue.add(a);
  await pass();
  expect([a?.state, line.begun]).toEqual(['done', ['a']]);
});

test('a line that is away is waited for, however long that is; one that lets something through each time, too', async () => {
  line.isAway = true;
  line.fates.set('a', Array.from({ length: 99 }, () => 'breaks' as const));
  const { uploads: [a] } = queued(['a']);
  await pass(20 * 60_000);
  expect(a?.state).toBe('waiting');
  line.isAway = false;
  line.fates.set('b', Array.from({ length: 30 }, () => 'breaks' as const));
  const { queue, uploads: [b] } = queued(['b']);
  for (let some = 1; some < 60; some++) {
    line.there.set('b', some);
    await pass(2000);
    queue.wake();
  }
  expect(b?.state).toBe('done');
});

test('what is refused for the moment goes on where it is, and a poster that is refused takes nothing from its film', async () => {
  line.fates.set('a', [new ApiError(507, '', 'disk_full')]);
  line.fates.set('poster', [new ApiError(415, '', 'photo_type')]);
  const { queue, uploads: [a] } = queued(['a']);
  const film = made('film', 'poster');
  queue.add(film);
  await pass();
  expect([a?.state, film.state]).toEqual(['refused', 'refused']);
  for (const each of [a, film]) {
    each?.again();
    if (each) queue.add(each);
  }
  await pass();
  expect([a?.state, film.state]).toEqual(['done', 'done']);
  expect(line.begun).toEqual(['a', 'film', 'poster']);
});
