// All of the state together, as the root of the app makes it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { keepDraft, places } from '../../src/lib/forms/drafts';
import { albumOfShare } from '../../src/lib/photos/album';
import { App } from '../../src/lib/state/app.svelte';
import { ShareEdits } from '../../src/lib/state/share-edits';
import { Talk } from '../../src/lib/state/talk.svelte';
import { showWords } from '../../src/lib/state/words-note';
import { photoOf, shareOf } from '../photos';
import { type Browser, browser, later, settle } from './browser';
import { said } from './conversing';

let page: Browser;
let answers: Record<string, unknown>;

beforeEach(() => {
  page = browser('/app/spaces/3');
  vi.stubGlobal('requestAnimationFrame', () => 0);
  answers = {
    'GET /me': { id: 1, login: 'ann' },
    'GET /server': { needs_first_account: false },
    'GET /spaces?limit=500': [{ space: { id: 3, name: 'Family' }, is_admin: true, member_count: 2, latest_share: null }],
    'GET /spaces/3/shares?limit=12': [shareOf(9)],
    'GET /spaces/3/images?order=newest&limit=60': [photoOf(9)],
    'DELETE /logout': 'Logged out',
  };
  vi.stubGlobal('fetch', async (path: string, { method }: { method: string }) => {
    const answer = await answers[`${method} ${path}`];
    if (answer === undefined) throw new TypeError('no line');
    const headers = { 'Content-Type': 'application/json' };
    return new Response(JSON.stringify(answer), { status: 200, headers });
  });
});
afterEach(() => void vi.unstubAllGlobals());

test('two apps share nothing', async () => {
  const [one, other] = [new App(), new App()];
  await one.spaces.load();
  one.toasts.show('Hello');
  expect(other.spaces.list).toBeNull();
  expect(other.toasts.list).toEqual([]);
});

test('what was sent off and has not arrived is counted: shares, and edits of them', async () => {
  const app = new App();
  const stop = app.start();
  await app.session.identify();
  const composer = app.composers.of(3);
  composer.write('Hello');
  const edit = app.part(ShareEdits).of(3, shareOf(9));
  edit.write('Hello again');
  expect(app.underWay).toBe(0);
  // Without a connection they wait.
  await Promise.all([composer.send(), edit.save()]);
  expect([composer.state, edit.state, app.underWay]).toEqual(['waiting', 'waiting', 2]);
  composer.cancel();
  edit.cancel();
  expect(app.underWay).toBe(0);
  stop();
});

test('a comment is announced where it is shown; elsewhere its notice is', async () => {
  const app = new App();
  const stop = app.start();
  await app.session.identify();
  const say = vi.spyOn(app.announcer, 'say').mockReturnValue();
  const conversation = app.part(Talk).of(9);
  conversation.take(3, shareOf(9));
  for (const [at, path] of ['/app/spaces/3', '/app/', '/app/shares/9', '/app/notices'].entries()) {
    app.router.go(path);
    conversation.apply({ comment: said(at + 1, 2, path), isNew: true });
  }
  expect(say.mock.calls.map(([sentence]) => sentence.split(': ')[1])).toEqual(['/app/spaces/3', '/app/shares/9']);
  stop();
});

test('when one signs out, nothing that was read or begun is there for the next', async () => {
  const app = new App();
  const stop = app.start();
  await app.session.identify();
  keepDraft(1, places.newShare(3), 'Hello');
  await app.spaces.load();
  await app.feeds.of(3).more();
  await app.galleries.of(3).more();
  app.deletions.begin(9, () => undefined);
  answers['DELETE /shares/9'] = 'Share deleted';
  const kept = { feed: app.feeds.of(3), space: app.openSpaces.of(3), composer: app.composers.of(3) };
  expect(kept.composer.text).toBe('Hello');
  expect(kept.feed.shares).toHaveLength(1);

  await app.session.signOut();
  expect(app.spaces.list).toBeNull();
  expect(app.feeds.of(3).shares).toEqual([]);
  expect(app.galleries.of(3).photos).toEqual([]);
  expect(app.deletions.isHidden(9)).toBe(false);
  expect(app.toasts.list).toEqual([]);
  expect(app.openSpaces.of(3)).not.toBe(kept.space);
  answers['POST /login'] = {};
  await app.session.signIn('ann', 'secret');
  expect(app.composers.of(3).text).toBe('');
  stop();
});

test.each([
  ['signs out', (app: App) => app.session.signOut()],
  ['deletes the account', (app: App) => app.session.deleteAccount(() => Promise.resolve())],
])('when one %s, no edit of a share is left to be read here, also if it was being saved', async (_, leave) => {
  const app = new App();
  const stop = app.start();
  await app.session.identify();
  const [one, other] = [8, 9].map((id) => app.part(ShareEdits).of(3, { ...shareOf(id, null, 'Hello'), version: 'e-1' }));
  one?.write('A secret');
  other?.write('Another one');
  const answer = later<never>();
  answers['PUT /shares/9'] = answer.promise;
  const saving = other?.save();
  await settle();
  const left = () => Object.keys(localStorage).filter((key) => key.startsWith('draft.'));
  expect(left()).toHaveLength(2);

  await leave(app);
  expect(left()).toEqual([]);
  answer.reject(new TypeError('aborted'));
  await saving;
  expect(left()).toEqual([]);
  stop();
});

test('when one signs out, no note with their words stays, and none counts as put away; nor does a photo, or what was announced', async () => {
  const app = new App();
  const stop = app.start();
  await app.session.identify();
  const onend = vi.fn();
  showWords(app, { text: 'Not sent: A secret', words: 'A secret', copy: 'Copy', copied: 'Copied' }, onend);
  app.announcer.say('Bob: Hello');
  app.announcer.say('Bob: Are you there?');
  app.viewer.open({ id: 3, name: 'Family', avatar_url: null }, albumOfShare(shareOf(9)), photoOf(9));
  await app.session.signOut();
  expect([app.toasts.list, onend.mock.calls, app.announcer.text, app.viewer.shown]).toEqual([[], [], '', null]);
  stop();
});

test('how each request goes is heard by the connection and the session; once stopped, by neither', async () => {
  const app = new App();
  const stop = app.start();
  await app.session.identify();
  delete answers['GET /spaces?limit=500'];
  await app.spaces.load();
  expect(app.connection.lost).toBe(true);
  answers['GET /spaces?limit=500'] = [];
  await app.spaces.load();
  expect(app.connection.reconnects).toBe(1);
  stop();
  delete answers['GET /spaces?limit=500'];
  await app.spaces.load();
  expect(app.connection.lost).toBe(false);
  await settle();
  expect(page.listeners()).toBe(0);
});

test('the viewer is open once, at the photo that was asked for first', () => {
  const { viewer } = new App();
  const space = { id: 3, name: 'Family', avatar_url: null };
  viewer.open(space, albumOfShare(shareOf(9)), photoOf(9));
  viewer.open(space, albumOfShare(shareOf(8)), photoOf(8));
  expect(viewer.shown?.first.image.id).toBe(9);
  viewer.close();
  expect(viewer.shown).toBeNull();
});
