// Drafts in several windows of one browser: each has its own, and what a closed one has left is taken up.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { keepDraft, places } from '../../src/lib/forms/drafts';
import { Conversation } from '../../src/lib/state/conversation.svelte';
import { WindowDrafts } from '../../src/lib/state/window-drafts';
import { shareOf, userOf } from '../photos';
import { browser, Storage } from './browser';
import { ShareServer } from './editing';
import { Locks } from './locks';
import { Line } from './uploads';

let locks: Locks;
beforeEach(() => {
  vi.useFakeTimers();
  browser();
  locks = new Locks();
  vi.stubGlobal('navigator', { languages: ['en'], locks });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A window, as soon as it knows which of those before it are closed; with the `session` of one before, it is that one reloaded. */
async function opened(session = new Storage()) {
  vi.stubGlobal('sessionStorage', session);
  const drafts = new WindowDrafts();
  const looked = drafts.look();
  await vi.advanceTimersByTimeAsync(600);
  await looked;
  const close = () => {
    locks.close(`window.${String(session['window'])}`);
    return vi.advanceTimersByTimeAsync(0);
  };
  return { drafts, session, close };
}

const PLACE = places.edit(5);
const here = ({ drafts }: { drafts: WindowDrafts }) => [drafts.has(1, PLACE), drafts.read(1, PLACE)];

test('each window has its own draft, also after it was reloaded', async () => {
  const [one, other] = [await opened(), await opened()];
  one.drafts.keep(1, PLACE, 'In the first');
  expect(here(other)).toEqual([false, null]);
  other.drafts.keep(1, PLACE, 'In the second');
  await one.close();
  expect(here(await opened(one.session))).toEqual([true, 'In the first']);
  expect(here(other)).toEqual([true, 'In the second']);
});

test('what closed windows have left is taken up one after the other, by one window', async () => {
  const [one, other, third] = [await opened(), await opened(), await opened()];
  one.drafts.keep(1, PLACE, 'In the first');
  other.drafts.keep(1, PLACE, 'In the second');
  await third.drafts.look();
  expect(here(third)).toEqual([false, null]);
  await one.close();
  await third.drafts.look();
  expect(here(third)).toEqual([true, 'In the first']);
  await other.close();
  const fourth = await opened();
  expect(here(fourth)).toEqual([true, 'In the second']);
  third.drafts.keep(1, PLACE, null);
  await third.drafts.look();
  expect(here(third)).toEqual([false, null]);
  // Another user has nothing of it.
  await fourth.close();
  await third.drafts.look();
  expect([third.drafts.has(2, PLACE), third.drafts.has(1, places.edit(55)), ...here(third)]).toEqual([false, false, true, 'In the second']);
});

test('a window that was opened since one has looked isn’t taken for closed, and a copy of one isn’t that one', async () => {
  const one = await opened();
  const other = await opened();
  other.drafts.keep(1, PLACE, 'In the second');
  expect(here(one)).toEqual([false, null]);
  const copy = await opened(Object.assign(new Storage(), other.session));
  expect(here(copy)).toEqual([false, null]);
  copy.drafts.keep(1, PLACE, 'In the copy');
  expect(here(other)).toEqual([true, 'In the second']);
});

test('the app looks for closed windows as one comes to it', async () => {
  const [one, other] = [await opened(), await opened()];
  const end = one.drafts.start();
  other.drafts.keep(1, PLACE, 'Left');
  await other.close();
  window.dispatchEvent(new Event('focus'));
  await vi.advanceTimersByTimeAsync(0);
  expect(here(one)).toEqual([true, 'Left']);
  end();
  await vi.advanceTimersByTimeAsync(0);
  expect(here(await opened())).toEqual([true, 'Left']);
});

test('over plain HTTP, where no window knows of another, none writes over another, and what was written last here comes back', async () => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  const one = await opened();
  one.drafts.keep(1, PLACE, 'In the first');
  const other = await opened();
  expect(here(other)).toEqual([true, 'In the first']);
  other.drafts.keep(1, PLACE, 'In the second');
  one.drafts.keep(1, PLACE, 'Still in the first');
  expect(here(await opened(one.session))).toEqual([true, 'Still in the first']);
  expect(here(await opened(other.session))).toEqual([true, 'In the second']);
});

test('what the version before has kept for all windows is taken up', async () => {
  keepDraft(1, PLACE, 'From before');
  const [one, other] = [await opened(), await opened()];
  expect([...here(one), ...here(other)]).toEqual([true, 'From before', false, null]);
});

test('two edits of a share, and two comments to it, leave each other alone; a key goes with its words', async () => {
  const [one, other] = [await opened(), await opened()];
  const server = new ShareServer(new Line());
  const first = server.edit(one.drafts).edit;
  first.write('Hello from the first');
  const second = server.edit(other.drafts).edit;
  expect(second.text).toBe('Hello');
  second.write('Hello from the second');
  expect([server.edit(one.drafts).edit.text, server.edit(other.drafts).edit.text]).toEqual(['Hello from the first', 'Hello from the second']);

  const sent: [text: string, key: string][] = [];
  const api = { comment: (_: number, text: string, key: string) => (sent.push([text, key]), Promise.reject(new Error('lost'))) };
  const write = ({ drafts }: { drafts: WindowDrafts }) =>
    new Conversation(7, {
      api: api as never,
      session: { me: userOf(1, 'ann'), server: null },
      feeds: { of: () => ({ update: () => undefined }) as never },
      outbox: { hasTurn: () => true, add: () => Promise.resolve(false) },
      drafts,
      onkept: () => undefined,
      onheard: () => undefined,
    });
  const said = write(one);
  said.write('Yes');
  await said.send();
  const open = write(other);
  open.take(3, { comments: shareOf(7).comments, reactions: [] });
  expect(open.text).toBe('');
  await one.close();
  await other.drafts.look();
  open.takeUp();
  expect(open.text).toBe('Yes');
  await open.send();
  expect([sent.length, sent[0]]).toEqual([2, sent[1]]);
  // What is written here isn't replaced.
  open.write('Or no');
  one.drafts.keep(1, places.comment(7), 'Yes');
  open.takeUp();
  expect(open.text).toBe('Or no');
});
