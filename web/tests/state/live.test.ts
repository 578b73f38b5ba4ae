// What happens on the server, brought into what is shown.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { FromHub, Happening } from '../../src/lib/api/events/messages';
import type { Comment } from '../../src/lib/api/types';
import { App } from '../../src/lib/state/app.svelte';
import { Live } from '../../src/lib/state/live.svelte';
import { changesPhotos, isAbout, type News } from '../../src/lib/state/news';
import { Talk } from '../../src/lib/state/talk.svelte';
import { Updates } from '../../src/lib/state/updates';
import { shareOf, userOf } from '../photos';
import { browser, settle } from './browser';

let asked: string[];
let answers: Record<string, unknown>;

beforeEach(() => {
  vi.useFakeTimers();
  browser('/app/spaces/3');
  vi.stubGlobal('requestAnimationFrame', () => 0);
  asked = [];
  answers = { 'GET /me': { id: 1, login: 'ann' }, 'GET /spaces/3/shares?limit=12': [shareOf(9), shareOf(8)], 'GET /spaces?limit=500': [] };
  vi.stubGlobal('fetch', (path: string, { method }: { method: string }) => {
    asked.push(`${method} ${path}`);
    const answer = answers[`${method} ${path}`];
    if (answer === undefined) return Promise.reject(new TypeError('no line'));
    return Promise.resolve(new Response(JSON.stringify(answer), { headers: { 'Content-Type': 'application/json' } }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** An app that shows a space, and what the stream brings. */
async function shown() {
  const app = new App();
  app.start();
  let receive: (message: FromHub) => void = () => undefined;
  const retry = vi.fn();
  const live = new Live(app.connection, app.session, () =>
    Promise.resolve({ link: (_user, to) => ((receive = to), { retry, close: () => undefined }) }),
  );
  Object.assign(app, { live });
  await app.session.identify();
  const close = live.open(1);
  app.part(Updates);
  const feed = app.feeds.of(3);
  await feed.more();
  await settle();
  const happens = (event: Happening) =>
    receive({ kind: 'event', event: { id: 'a-1', kind: event.kind, data: JSON.stringify(event.data) } });
  return { app, live, feed, happens, receive: (message: FromHub) => receive(message), retry, close };
}

const in3 = { space_id: 3 };
const comment = (id: number, text = `number ${id}`): Comment => ({
  id,
  text,
  user: userOf(2, 'bob'),
  created_at: '2026-05-17T09:30:00Z',
  edited_at: null,
  reactions: [],
  mentions: [],
});
const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);

test('what others share waits above, is told once, and is there once', async () => {
  const { app, feed, happens } = await shown();
  for (let times = 0; times < 2; times++) happens({ kind: 'share.created', data: { ...shareOf(10), ...in3, user: userOf(2, 'bob'), text: 'Hello' } });
  expect([ids(feed.waiting), ids(feed.shares), app.announcer.text]).toEqual([[10], [9, 8], 'bob shared: Hello']);
  vi.advanceTimersByTime(1_000);
  expect(app.announcer.text).toBe('bob shared: Hello');
});

test('an older version does not undo a newer one, and what is deleted goes', async () => {
  const { feed, happens } = await shown();
  feed.replace({ ...shareOf(9), version: 'a-11', text: 'mine' });
  happens({ kind: 'share.edited', data: { ...shareOf(9), ...in3, version: 'a-9', text: 'before' } });
  expect(feed.shares[0]?.text).toBe('mine');
  happens({ kind: 'share.edited', data: { ...shareOf(9), ...in3, version: 'a-12', text: 'after' } });
  expect(feed.shares[0]?.text).toBe('after');
  // After a restore, what the server has counts.
  happens({ kind: 'share.edited', data: { ...shareOf(9), ...in3, version: 'b-2', text: 'restored' } });
  expect(feed.shares[0]?.text).toBe('restored');
  happens({ kind: 'share.deleted', data: { ...in3, id: 9 } });
  expect(ids(feed.shares)).toEqual([8]);
});

test('a list that was asked for before something happened does not undo it', async () => {
  const { feed, happens } = await shown();
  answers['GET /spaces/3/shares?limit=5'] = [shareOf(9), shareOf(8)];
  const look = feed.look({ whole: true });
  while (!asked.includes('GET /spaces/3/shares?limit=5')) await Promise.resolve();
  happens({ kind: 'share.deleted', data: { ...in3, id: 8 } });
  happens({ kind: 'share.created', data: { ...shareOf(10), ...in3 } });
  await look;
  expect([ids(feed.waiting), ids(feed.shares)]).toEqual([[10], [9]]);
});

test('previews fill the picture that waits for them', async () => {
  const { feed, happens } = await shown();
  const before = feed.shares[0];
  const medium = before?.media[0];
  expect(medium).toBeDefined();
  if (!medium) return;
  happens({ kind: 'media.ready', data: { ...medium, ...in3, share_id: 9, placeholder: 'abc' } });
  expect([feed.shares[0]?.media[0]?.placeholder, feed.shares[0]?.image?.placeholder]).toEqual(['abc', 'abc']);
  expect(feed.shares[0]?.media[0]).not.toHaveProperty('share_id');
});

test('comments come, change and go, with their number, and nothing is asked for where it is known', async () => {
  const { app, feed, happens } = await shown();
  const talk = app.part(Talk).of(9);
  talk.take(3, { comments: { count: 0, latest: [] }, reactions: [] });
  const before = asked.length;
  for (const id of [1, 2, 3]) happens({ kind: 'comment.created', data: { ...comment(id), ...in3, share_id: 9 } });
  happens({ kind: 'comment.created', data: { ...comment(3), ...in3, share_id: 9 } });
  expect([talk.count, ids(talk.comments), feed.shares[0]?.comments.count]).toEqual([3, [1, 2, 3], 3]);
  happens({ kind: 'comment.edited', data: { ...comment(2, 'changed'), ...in3, share_id: 9, edited_at: '2026-05-17T10:00:00Z' } });
  happens({ kind: 'comment.edited', data: { ...comment(2), ...in3, share_id: 9 } });
  expect(talk.comments[1]?.text).toBe('changed');
  happens({ kind: 'comment.deleted', data: { ...in3, share_id: 9, id: 2 } });
  happens({ kind: 'comment.deleted', data: { ...in3, share_id: 9, id: 2 } });
  expect([talk.count, feed.shares[0]?.comments.count]).toEqual([2, 2]);
  expect(asked.slice(before)).toEqual([]);
});

test('where it is not known how many comments there are, the share is read, and once more for all that happens meanwhile', async () => {
  const { feed, happens } = await shown();
  answers['GET /shares/8'] = { ...shareOf(8), comments: { count: 7, latest: [comment(6), comment(7)] } };
  for (const id of [1, 2, 3]) happens({ kind: 'comment.deleted', data: { ...in3, share_id: 8, id } });
  await settle();
  expect(feed.shares[1]?.comments.count).toBe(7);
  expect(asked.filter((each) => each === 'GET /shares/8')).toHaveLength(2);
});

test('reactions are as the server says, and what was tapped and is not there yet stays', async () => {
  const { app, feed, happens } = await shown();
  const talk = app.part(Talk);
  const conversation = talk.of(9);
  conversation.take(3, { comments: { count: 1, latest: [comment(1)] }, reactions: [] });
  const heart = (count: number, mine: boolean) => [{ emoji: '❤️', count, mine }];
  talk.react(conversation, null, '❤️', () => undefined);
  happens({ kind: 'reaction.changed', data: { ...in3, share_id: 9, comment_id: null, reactions: heart(1, false) } });
  expect(talk.reactions('shares/9', conversation.reactions)).toEqual(heart(2, true));
  happens({ kind: 'reaction.changed', data: { ...in3, share_id: 9, comment_id: 1, reactions: heart(3, false) } });
  expect([conversation.comments[0]?.reactions, feed.shares[0]?.reactions]).toEqual([heart(3, false), heart(1, false)]);
  // Of a share that isn't shown just now.
  happens({ kind: 'reaction.changed', data: { ...in3, share_id: 8, comment_id: null, reactions: heart(4, true) } });
  expect(feed.shares[1]?.reactions).toEqual(heart(4, true));
});

test('who comes, goes and renames is looked up once in a while', async () => {
  const { app, happens } = await shown();
  app.openSpaces.of(3);
  for (const id of [4, 5, 6]) happens({ kind: 'member.left', data: { ...in3, id } });
  happens({ kind: 'space.deleted', data: { space_id: 4, id: 4 } });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.filter((each) => each === 'GET /spaces/3')).toHaveLength(1);
  expect(asked.filter((each) => each === 'GET /spaces?limit=500')).toHaveLength(1);
});

test('once the stream is open, all may have changed; that it fails is not taken for a lost connection', async () => {
  const { app, live, receive, retry, close } = await shown();
  const heard: News[] = [];
  live.on((news) => heard.push(news));
  const refusal = { status: 0, sentence: '', code: 'no_stream', retryAfter: null, params: {} };
  answers['GET /health'] = 'ok';
  receive({ kind: 'failed', refusal });
  expect(live.works).toBe(false);
  await settle();
  expect(app.connection.lost).toBe(false);
  receive({ kind: 'open', id: 'a-1' });
  expect(live.works).toBe(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(heard).toEqual([{ kind: 'anything' }]);
  delete answers['GET /health'];
  receive({ kind: 'failed', refusal });
  await settle();
  expect(app.connection.lost).toBe(true);
  answers['GET /health'] = 'ok';
  await vi.advanceTimersByTimeAsync(10_000);
  expect([app.connection.lost, retry.mock.calls.length]).toEqual([false, 1]);
  close();
  receive({ kind: 'open', id: 'a-2' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(heard).toHaveLength(1);
});

test('what an event is about', () => {
  const anything: News = { kind: 'anything' };
  const share: News = { kind: 'share.deleted', data: { ...in3, id: 9 } };
  const said: News = { kind: 'comment.deleted', data: { ...in3, share_id: 9, id: 1 } };
  const left: News = { kind: 'member.left', data: { ...in3, id: 9 } };
  expect([anything, share, said, left].map((news) => isAbout(news, 9))).toEqual([false, true, true, false]);
  expect([anything, share, said, left].map((news) => changesPhotos(news, 3))).toEqual([false, true, false, false]);
});
