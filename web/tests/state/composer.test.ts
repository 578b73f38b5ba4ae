import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Share } from '../../src/lib/api/types';
import type { Upload } from '../../src/lib/api/upload';
import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { Announcer } from '../../src/lib/state/announcer.svelte';
import { Composers } from '../../src/lib/state/composer.svelte';
import { Feeds } from '../../src/lib/state/feed.svelte';
import { shareOf } from '../photos';
import { browser, later, settle } from './browser';

interface Sent {
  space: number;
  form: FormData;
  key: string;
  progress: (part: number) => void;
}

const line = vi.hoisted(() => ({ send: (_sent: unknown): unknown => undefined, keys: 0 }));
vi.mock('../../src/lib/api/upload', () => ({
  upload: (sent: unknown) => line.send(sent),
  freshKey: () => `key ${(line.keys += 1)}`,
}));

let sent: (Sent & { answer: ReturnType<typeof later<Share>>; cancelled: boolean })[];

beforeEach(() => {
  browser();
  sent = [];
  line.send = (options): Upload => {
    const answer = later<Share>();
    const one = { ...(options as Sent), answer, cancelled: false };
    sent.push(one);
    const cancel = () => {
      one.cancelled = true;
      answer.reject(new DOMException('given up', 'AbortError'));
    };
    return { done: answer.promise, cancel };
  };
});
afterEach(() => void vi.unstubAllGlobals());

function made() {
  const session = { me: { id: 1, login: 'ann' }, server: null };
  const nothing = () => Promise.resolve({ rows: [], next: null });
  const feeds = new Feeds({ shares: nothing, moreShares: nothing }, session);
  const announcer = new Announcer();
  const reload = vi.fn(() => Promise.resolve());
  const deps = { api: { report: () => undefined }, session, feeds, spaces: { reload }, announcer, i18n: { t: ((key: string) => key) as never } };
  const composers = new Composers(deps);
  return { composers, composer: composers.of(3), feeds, announcer, reload };
}
const unreachable = () => new ApiError(0, '', 'unreachable');

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
  sent[0]?.progress(0.5);
  expect(composer.progress).toBe(0.5);
  sent[0]?.answer.resolve(shareOf(9, null, 'Hello'));
  await sending;
  expect(sent[0]?.form.get('text')).toBe('Hello');
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
  expect(composers.hasUnsent).toBe(true);
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
  expect(sent[0]?.cancelled).toBe(true);
  expect(feeds.of(3).shares).toEqual([]);
  expect(composers.of(3)).not.toBe(composer);
});
