import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { shareOf } from '../photos';
import { browser, settle } from './browser';
import { composing, type Sent } from './composing';
import { Line, unreachable } from './uploads';

let sent: Sent[];
let line: Line;

beforeEach(() => {
  browser();
  sent = [];
  line = new Line();
});
afterEach(() => void vi.unstubAllGlobals());

const made = () => composing(line, sent);

test('a text that was begun is there again after a reload, for the same space', () => {
  keepDraft(1, places.newShare(3), 'Hello');
  const { composers } = made();
  expect(composers.of(3).text).toBe('Hello');
  expect(composers.of(4).text).toBe('');
  composers.of(3).write('Hello all');
  expect(made().composers.of(3).text).toBe('Hello all');
});

test('what was sent is in the feed, is announced, and leaves an empty composer without a draft', async () => {
  const { composer, feeds, announcer, reload } = made();
  composer.write('Hello');
  const sending = composer.send();
  await settle();
  expect(composer.state).toBe('sending');
  sent[0]?.answer.resolve(shareOf(9, null, 'Hello'));
  await sending;
  expect(sent[0]?.json).toEqual({ text: 'Hello', media: [] });
  expect(feeds.of(3).shares.map(({ id }) => id)).toEqual([9]);
  expect(announcer.text).toBe('composer.sent');
  expect(reload).toHaveBeenCalledOnce();
  expect(composer.sent?.id).toBe(9);
  expect([composer.text, composer.state]).toEqual(['', 'writing']);
  expect(readDraft(1, places.newShare(3))).toBeNull();
});

test('sent again after a lost answer, it is the same share; another text is another', async () => {
  const { composer } = made();
  composer.write('Hello');
  for (const change of [() => undefined, () => composer.write('Hello all')]) {
    const sending = composer.send();
    await settle();
    sent.at(-1)?.answer.reject(new ApiError(500, '', 'internal'));
    await sending;
    change();
  }
  const sending = composer.send();
  await settle();
  sent.at(-1)?.answer.resolve(shareOf(9));
  await sending;
  expect(sent[0]?.key).toBe(sent[1]?.key);
  expect(sent[2]?.key).not.toBe(sent[1]?.key);
});

test('without a connection it waits, and is sent when that is back', async () => {
  const { composers, composer } = made();
  composer.write('Hello');
  const sending = composer.send();
  await settle();
  sent[0]?.answer.reject(unreachable());
  await sending;
  expect(composer.state).toBe('waiting');
  // Leaving now, one finds it waiting when one comes back.
  expect(composers.hasUnsent).toBe(false);
  composers.sendWaiting();
  await settle();
  sent[1]?.answer.resolve(shareOf(9));
  await settle();
  expect(composer.sent?.id).toBe(9);
  expect(composers.hasUnsent).toBe(false);
});

test('it does not retry forever: after some attempts it waits for the user', async () => {
  const { composers, composer } = made();
  composer.write('Hello');
  void composer.send();
  for (let tries = 0; tries < 10; tries++) {
    await settle();
    sent.at(-1)?.answer.reject(unreachable());
    await settle();
    composers.sendWaiting();
  }
  expect(composer.state).toBe('writing');
  expect(composer.error).toMatchObject({ code: 'unreachable' });
  expect(sent.length).toBe(4);
});

test('a refusal is shown until something is changed; having to sign in again is not a refusal', async () => {
  const { composer } = made();
  composer.write('Hello');
  for (const [error, shown] of [
    [new ApiError(403, "Can't access this space - not a member", 'not_member'), true],
    [new ApiError(401, "You aren't authorized", 'unauthorized'), false],
  ] as const) {
    const sending = composer.send();
    await settle();
    sent.at(-1)?.answer.reject(error);
    await sending;
    expect(composer.error !== null).toBe(shown);
    expect(composer.text).toBe('Hello');
  }
  composer.write('Hello!');
  expect(composer.error).toBeNull();
});

test('given up, it is as it was', async () => {
  const { composer } = made();
  composer.write('Hello');
  const sending = composer.send();
  await settle();
  composer.cancel();
  await sending;
  expect([composer.state, composer.text, composer.error]).toEqual(['writing', 'Hello', null]);
});

test('when one signs out, what is on its way is stopped and forgotten', async () => {
  const { composers, composer, feeds } = made();
  composer.write('Hello');
  const sending = composer.send();
  await settle();
  composers.clear();
  await sending;
  expect(sent[0]?.signal.aborted).toBe(true);
  expect(feeds.of(3).shares).toEqual([]);
  expect(composers.of(3)).not.toBe(composer);
});

test('when another user is here, a share that may have arrived keeps its key: sent again, it is the same', async () => {
  const { composers, composer } = made();
  composer.write('Hello');
  void composer.send();
  await settle();
  const going = readDraft(1, places.going(3));
  composers.clear();
  expect(sent).toHaveLength(1);
  expect(going).not.toBeNull();
  expect([places.newShare(3), places.key(3), places.going(3)].map((place) => readDraft(1, place))).toEqual(['Hello', sent[0]?.key, going]);
});
