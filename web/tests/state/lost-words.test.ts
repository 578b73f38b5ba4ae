// What was written about something that is deleted meanwhile.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { keepDraft, places, readDraft } from '../../src/lib/forms/drafts';
import { LostWords } from '../../src/lib/state/lost-words';
import type { News } from '../../src/lib/state/news';
import { Toasts } from '../../src/lib/state/toasts.svelte';
import { WindowDrafts } from '../../src/lib/state/window-drafts';
import { shareOf, userOf } from '../photos';
import { browser, Storage } from './browser';
import { ShareServer } from './editing';
import { Line, unreachable } from './uploads';

let asked: string[];
/** What the server says of a path; without that, it is there. */
let answers: Map<string, Error>;
let toasts: Toasts;
let copied: string[];
let happen: (kind: News['kind']) => Promise<void>;
const hidden = new Set<number>();
const session = { user: userOf(1, 'ann') as never, afterSignIn: () => () => undefined };
const gone = new ApiError(404, '', 'no_such_share');

beforeEach(() => {
  vi.useFakeTimers();
  browser();
  vi.stubGlobal('sessionStorage', new Storage());
  copied = [];
  vi.stubGlobal('navigator', { languages: ['en'], clipboard: { writeText: (text: string) => Promise.resolve(void copied.push(text)) } });
  [asked, answers, toasts] = [[], new Map(), new Toasts()];
  hidden.clear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function started(drafts = new WindowDrafts()) {
  const listeners = new Set<(news: News) => void>();
  const request = (_: string, path: string) => {
    asked.push(path);
    const error = answers.get(path);
    return (error ? Promise.reject(error) : Promise.resolve({ data: null, next: null })) as never;
  };
  const words = new LostWords({
    api: { request },
    live: { on: (listen: (news: News) => void) => (listeners.add(listen), () => listeners.delete(listen)) },
    session,
    drafts,
    toasts,
    announcer: { say: () => undefined },
    i18n: { language: 'en', locale: 'en' },
    deletions: { isHidden: (id) => hidden.has(id) },
    part: () => ({ deletions: { isHidden: () => false } }),
  });
  words.start();
  await vi.advanceTimersByTimeAsync(5_000);
  happen = async (kind) => {
    for (const listen of listeners) listen({ kind } as News);
    await vi.advanceTimersByTimeAsync(5_000);
  };
  return { words, drafts };
}
const notes = () => toasts.list.map(({ text }) => text);
const keys = () => Object.keys(localStorage).filter((key) => key.includes('draft.'));

test('the words of a comment stay to be read while its share goes, and its draft goes when they are put away', async () => {
  const { drafts } = await started();
  drafts.keep(1, places.comment(5), 'Long words');
  drafts.keep(1, places.commentKey(5), 'k');
  await happen('comment.created');
  await happen('anything');
  expect([notes(), asked]).toEqual([[], ['/shares/5']]);
  answers.set('/shares/5', gone);
  await happen('share.deleted');
  await happen('share.deleted');
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(notes()).toEqual(['The share you were commenting on has been deleted. You had written: Long words']);
  expect(drafts.read(1, places.comment(5))).toBe('Long words');
  toasts.end(toasts.list[0]?.id ?? 0);
  expect(keys()).toEqual([]);
});

test('they can be copied, which puts them away; where that isn’t allowed they stay', async () => {
  const { drafts } = await started();
  drafts.keep(1, places.editComment(7), 'Other words');
  answers.set('/comments/7/reactions?limit=1', gone);
  await happen('comment.deleted');
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValueOnce(new Error('not allowed'));
  toasts.act(toasts.list[0]?.id ?? 0);
  await vi.advanceTimersByTimeAsync(0);
  expect([notes().length, keys().length]).toEqual([1, 1]);
  toasts.end(toasts.list[0]?.id ?? 0);
  expect(keys()).toEqual([]);

  drafts.keep(1, places.editComment(7), 'Other words');
  await happen('comment.deleted');
  toasts.act(toasts.list[0]?.id ?? 0);
  await vi.advanceTimersByTimeAsync(0);
  expect([copied, notes(), keys()]).toEqual([['Other words'], [], []]);
});

test('of an edit, what is new is shown: the text, and captions; one that changes nothing is dropped in silence', async () => {
  const server = new ShareServer(new Line());
  server.share = { ...server.share, media: shareOf(1, 2).media };
  const { drafts } = await started();
  const { edit } = server.edit(drafts);
  answers.set('/shares/1', gone);
  expect(keys().length).toBe(1);
  await happen('share.deleted');
  expect([notes(), keys()]).toEqual([[], []]);
  edit.write('Ten minutes of words');
  edit.describe(edit.items[0]?.id ?? 0, { caption: 'At the lake' });
  await happen('share.deleted');
  expect(notes()).toEqual(['The share you were editing has been deleted. You had written: Ten minutes of words\nAt the lake']);
});

test('what was deleted while the app was closed is found when it is opened, and what nobody can say stays', async () => {
  keepDraft(1, places.comment(5), 'Gone');
  keepDraft(1, places.comment(6), 'There');
  keepDraft(1, places.comment(7), 'Unknown');
  keepDraft(1, places.newShare(3), 'For the family');
  keepDraft(1, places.newShare(4), 'For the club');
  keepDraft(2, places.comment(5), 'Of another user');
  for (const path of ['/shares/5', '/spaces/4']) answers.set(path, gone);
  answers.set('/shares/7', unreachable());
  await started();
  expect(notes().sort()).toEqual([
    'A space you were writing in has been deleted. You had written: For the club',
    'The share you were commenting on has been deleted. You had written: Gone',
  ]);
  for (const { id } of [...toasts.list]) toasts.end(id);
  expect(keys().map((key) => key.split('@')[0]?.split('draft.')[1]).sort()).toEqual(['1.comment-6', '1.comment-7', '1.space-3', '2.comment-5']);
});

test('what one deletes oneself takes one’s words in silence; what waits to be read is no other user’s, and outlives a sign-in', async () => {
  const { words, drafts } = await started();
  drafts.keep(1, places.comment(5), 'Mine');
  answers.set('/shares/5', gone);
  hidden.add(5);
  await happen('share.deleted');
  expect([notes(), keys()]).toEqual([[], []]);
  hidden.clear();
  drafts.keep(1, places.comment(5), 'Mine');
  await happen('share.deleted');
  words.clear();
  expect([notes(), drafts.read(1, places.comment(5)), readDraft(1, places.newShare(3))]).toEqual([[], 'Mine', null]);
});
