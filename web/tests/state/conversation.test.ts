import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Comment, Page } from '../../src/lib/api/types';
import { browser, later, settle } from './browser';
import { ids, made, said, upTo } from './conversing';

beforeEach(() => browser());
afterEach(() => vi.unstubAllGlobals());

test('folded, it shows the last two, and reads older ones page by page when it is asked to', async () => {
  const { conversation } = made(upTo(30));
  expect([ids(conversation), conversation.older]).toEqual([[29, 30], 28]);
  await conversation.more();
  expect([conversation.comments.length, conversation.older]).toEqual([22, 8]);
  await conversation.more();
  expect([conversation.comments.length, conversation.older]).toEqual([30, 0]);
});

test('what is said, edited and deleted while older ones are read stays so', async () => {
  const { conversation, api, all } = made(upTo(30));
  await conversation.more();
  const page = later<Page<Comment>>();
  api.moreComments.mockReturnValueOnce(page.promise);
  const reading = conversation.more();
  conversation.apply({ comment: said(31), isNew: true });
  conversation.apply({ comment: { ...said(30), text: 'Edited' }, isNew: false });
  conversation.apply({ deleted: 29 });
  page.resolve({ rows: all.slice(0, 8).reverse(), next: null });
  await reading;
  expect(ids(conversation)).toEqual([...upTo(28).map(({ id }) => id), 30, 31]);
  expect(conversation.comments.at(-2)?.text).toBe('Edited');
});

test('what is being read stays when others say more, and they are told once', async () => {
  const { conversation, all, show, heard } = made(upTo(5));
  expect(heard).toEqual([]);
  all.push(said(6));
  show();
  show();
  expect([ids(conversation), conversation.older]).toEqual([[4, 5, 6], 3]);
  expect(heard).toEqual([6]);
  await conversation.more();
  all.push(said(7), said(8), said(9));
  show();
  await settle();
  expect(ids(conversation)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(heard).toEqual([6, 7, 8, 9]);
});

test('comments that were deleted go, whichever they are', async () => {
  const { conversation, all, show } = made(upTo(6));
  await conversation.more();
  all.splice(1, 1);
  show();
  await settle();
  expect(ids(conversation)).toEqual([1, 3, 4, 5, 6]);
  all.splice(-2, 2);
  show();
  await settle();
  expect(ids(conversation)).toEqual([1, 3, 4]);
  all.length = 0;
  show();
  expect([ids(conversation), conversation.count]).toEqual([[], 0]);
});

test('mine is there when it is acknowledged, and once, though the feed has brought it before', async () => {
  const { conversation, all, show, update } = made(upTo(1));
  conversation.write('Hello');
  const sending = conversation.send();
  expect(conversation.sending).toBe(true);
  all.push(said(1000, 1, 'Hello'));
  show();
  await sending;
  expect([ids(conversation), conversation.count, conversation.text]).toEqual([[1, 1000], 2, '']);
  expect(update).toHaveBeenCalled();
});

test('sent again because the answer was lost, also after a reload, it goes under the same key', async () => {
  const { conversation, api, make, show } = made();
  api.comment.mockRejectedValueOnce(new ApiError(0, '', 'unreachable'));
  conversation.write('Hello');
  await conversation.send();
  expect(conversation.error).toBeInstanceOf(ApiError);
  const again = make();
  show(again);
  expect(again.text).toBe('Hello');
  await again.send();
  const [first, second] = api.comment.mock.calls;
  expect(second).toEqual(first);
  again.write('Something else');
  await again.send();
  expect(api.comment.mock.calls[2]?.[2]).not.toBe(first?.[2]);
  expect(make().text).toBe('');
});

test('how many there are falls, too, while older ones are not read', async () => {
  const { conversation, all, show } = made(upTo(30));
  await conversation.more();
  all.splice(0, 3);
  show();
  await settle();
  expect([conversation.count, conversation.older]).toEqual([27, 5]);
});

test('nothing, or too much, is not sent', async () => {
  const { conversation, api } = made();
  for (const text of ['', '  ', 'x'.repeat(41)]) {
    conversation.write(text);
    await conversation.send();
  }
  expect(api.comment).not.toHaveBeenCalled();
});

test('an answer from before a change of mine does not undo it', async () => {
  const { conversation, api, all } = made(upTo(3));
  const answer = later<Page<Comment>>();
  api.comments.mockReturnValueOnce(answer.promise);
  const reading = conversation.more();
  await conversation.edit(3, 'Edited');
  all[2] = { ...said(3, 1, 'Edited'), edited_at: '2026-05-17T10:00:00Z' };
  answer.resolve({ rows: upTo(3).reverse(), next: null });
  await reading;
  expect(conversation.comments.at(-1)?.text).toBe('Edited');
});

test('an event brings a comment, or takes one out', () => {
  const { conversation } = made(upTo(2));
  conversation.apply({ comment: said(3), isNew: true });
  conversation.apply({ deleted: 1 });
  expect([ids(conversation), conversation.count]).toEqual([[2, 3], 2]);
});

test('what cannot be sent now is left to the outbox under its key, and the field is free for more', async () => {
  const { conversation, api, outbox } = made();
  outbox.add.mockResolvedValue(true);
  for (const error of [new ApiError(0, '', 'unreachable'), new ApiError(429, '', 'rate_limited'), new ApiError(500, '', 'internal')]) {
    api.comment.mockRejectedValueOnce(error);
    conversation.write('Hello');
    await conversation.send();
    expect([conversation.text, conversation.error]).toEqual(['', null]);
    const [, text, key] = api.comment.mock.lastCall ?? [];
    expect(outbox.add.mock.lastCall?.[1]).toMatchObject({ kind: 'comment', space: 3, share: 7, text, key });
  }
  // Not what the server refuses for good: then it is for its author to say it in another way.
  api.comment.mockRejectedValueOnce(new ApiError(422, 'No', 'too_long'));
  conversation.write('Hello');
  await conversation.send();
  expect([conversation.text, outbox.add.mock.calls.length]).toEqual(['Hello', 3]);
});

test('what is said behind something that waits, waits too', async () => {
  const { conversation, api, outbox } = made();
  outbox.hasTurn.mockReturnValue(false);
  outbox.add.mockResolvedValue(true);
  conversation.write('Second');
  await conversation.send();
  expect([api.comment.mock.calls.length, outbox.add.mock.calls.length, conversation.text]).toEqual([0, 1, '']);
});


test('what can’t be left to the outbox because its author has signed out is not said by the next', async () => {
  const { conversation, api, outbox } = made();
  const keeping = later<boolean>();
  outbox.hasTurn.mockReturnValue(false);
  outbox.add.mockReturnValue(keeping.promise);
  conversation.write('A secret');
  const sending = conversation.send();
  conversation.leave();
  keeping.resolve(false);
  await sending;
  expect([api.comment.mock.calls, conversation.text]).toEqual([[], 'A secret']);
});
