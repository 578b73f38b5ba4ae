// A draft in several windows of one browser, and in one that was reloaded before an answer came.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { places, readDraft } from '../../src/lib/forms/drafts';
import { shareOf } from '../photos';
import { browser, settle } from './browser';
import { composing, type Sent } from './composing';
import { Locks } from './locks';
import { Line, unreachable } from './uploads';

let locks: Locks;
let sent: Sent[];
beforeEach(() => {
  vi.useFakeTimers();
  browser();
  locks = new Locks();
  vi.stubGlobal('navigator', { languages: ['en'], locks });
  sent = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A window, once it knows whether it has the draft. */
async function opened() {
  const made = composing(new Line(), sent);
  await vi.advanceTimersByTimeAsync(600);
  return made;
}
const kept = () => [readDraft(1, places.newShare(3)), readDraft(1, places.key(3)) !== null];

test('a second window begins with an empty draft, and takes nothing from that of the first', async () => {
  const { composer: first } = await opened();
  first.write('For all');
  void first.send();
  await settle();
  const { composer: second, composers } = await opened();
  expect(second.text).toBe('');
  second.write('Something else');
  expect(kept()).toEqual(['For all', true]);
  expect(composers.hasUnsent).toBe(true);
  void second.send();
  await settle();
  expect(sent.map(({ json }) => json.text)).toEqual(['For all', 'Something else']);
  expect(sent[0]?.key).not.toBe(sent[1]?.key);
  sent[1]?.answer.resolve(shareOf(9));
  await settle();
  expect([second.text, ...kept()]).toEqual(['', 'For all', true]);
});

test('what was typed before a window knows whether it has the draft is neither lost nor kept over that of another', async () => {
  const first = composing(new Line(), sent).composer;
  first.write('At once');
  await vi.advanceTimersByTimeAsync(600);
  expect(kept()).toEqual(['At once', false]);
  const second = composing(new Line(), sent).composer;
  second.write('At once, too');
  await vi.advanceTimersByTimeAsync(600);
  expect([second.text, ...kept()]).toEqual(['At once, too', 'At once', false]);
});

test('an empty window takes up what a closed one has left behind; one with words of its own does not', async () => {
  const { composer: first } = await opened();
  first.write('Left behind');
  const { composer: written } = await opened();
  written.write('My own');
  const { composer: empty } = await opened();
  locks.closeFirst();
  await vi.advanceTimersByTimeAsync(600);
  expect([empty.text, written.text]).toEqual(['Left behind', 'My own']);
  expect(kept()).toEqual(['Left behind', false]);
});

test('after a reload, what was sent without an answer is asked for before anything else', async () => {
  const { composer: before } = await opened();
  before.write('Hello');
  void before.send();
  await settle();
  locks.closeFirst();
  const { composer, feeds, composers } = await opened();
  expect([composer.state, composers.hasUnsent]).toEqual(['checking', false]);
  expect(sent[1]).toMatchObject({ key: sent[0]?.key, json: { text: 'Hello', media: [{ upload: 0 }] } });
  sent[1]?.answer.resolve(shareOf(9, null, 'Hello'));
  await settle();
  expect([composer.state, composer.text, feeds.of(3).shares.length, ...kept()]).toEqual(['writing', '', 1, null, false]);
});

test('where it did not arrive, it is sent under its key; without a connection, that is asked again', async () => {
  const { composer: before } = await opened();
  before.write('Hello');
  void before.send();
  await settle();
  locks.closeFirst();
  const { composer, composers } = await opened();
  sent[1]?.answer.reject(unreachable());
  await settle();
  expect(composer.state).toBe('checking');
  composers.sendWaiting();
  await settle();
  sent[2]?.answer.reject(new ApiError(404, '', 'no_such_upload', null, { id: '0' }));
  await settle();
  expect([composer.state, composer.text, composer.error, ...kept()]).toEqual(['sending', 'Hello', null, 'Hello', true]);
  expect(sent[3]).toMatchObject({ key: sent[0]?.key, json: { text: 'Hello', media: [] } });
});

test('what was sent off is sent after a restart, wherever one begins, and once', async () => {
  const { composer: before } = await opened();
  before.write('Hello');
  void before.send();
  await settle();
  sent[0]?.answer.reject(unreachable());
  await settle();
  expect(before.state).toBe('waiting');
  locks.closeFirst();
  const { composers, feeds } = composing(new Line(), sent, null);
  composers.resume();
  await vi.advanceTimersByTimeAsync(600);
  // First it asks whether it is there.
  sent[1]?.answer.reject(new ApiError(404, '', 'no_such_upload', null, { id: '0' }));
  await settle();
  expect(sent[2]).toMatchObject({ key: sent[0]?.key, json: { text: 'Hello', media: [] } });
  sent[2]?.answer.resolve(shareOf(9, null, 'Hello'));
  await settle();
  expect([feeds.of(3).shares.length, ...kept()]).toEqual([1, null, false]);
  composers.resume();
  await vi.advanceTimersByTimeAsync(600);
  expect(sent.length).toBe(3);
});

test('what was given up, or refused, does not go on after a reload; and nobody who is elsewhere misses that it was', async () => {
  const { composer } = await opened();
  composer.write('Hello');
  void composer.send();
  await settle();
  composer.cancel();
  locks.closeFirst();
  const { composer: again } = await opened();
  sent[1]?.answer.reject(new ApiError(404, '', 'no_such_upload', null, { id: '0' }));
  await settle();
  expect([again.state, again.text]).toEqual(['writing', 'Hello']);

  void again.send();
  await settle();
  locks.closeFirst();
  const { composer: last, toasts } = await opened();
  sent[3]?.answer.reject(new ApiError(404, '', 'no_such_upload', null, { id: '0' }));
  await settle();
  sent[4]?.answer.reject(new ApiError(403, 'No', 'not_member'));
  await settle();
  expect([last.state, last.text, toasts.show.mock.lastCall?.[0]]).toEqual(['writing', 'Hello', 'composer.refused']);
});
