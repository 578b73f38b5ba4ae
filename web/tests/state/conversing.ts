// A conversation below a share, and what the server has of it.

import { vi } from 'vitest';

import type { Comment, Page } from '../../src/lib/api/types';
import { Conversation } from '../../src/lib/state/conversation.svelte';
import type { UnsentItem } from '../../src/lib/state/outbox-store';
import { WindowDrafts } from '../../src/lib/state/window-drafts';
import { userOf } from '../photos';

export const said = (id: number, user = 2, text = `number ${id}`): Comment => ({
  id,
  text,
  user: userOf(user, `user${user}`),
  created_at: '2026-05-17T09:30:00Z',
  edited_at: null,
  reactions: [],
  mentions: [],
});

/** A conversation of the share 7, and the server that has all of it. */
export function made(all: Comment[] = []) {
  const update = vi.fn();
  const heard: number[] = [];
  const api = {
    comments: vi.fn((_share: number, limit: number): Promise<Page<Comment>> => {
      const rows = [...all].reverse();
      return Promise.resolve({ rows: rows.slice(0, limit), next: rows.length > limit ? String(limit) : null });
    }),
    moreComments: vi.fn((next: string): Promise<Page<Comment>> => Promise.resolve({ rows: [...all].reverse().slice(Number(next)), next: null })),
    comment: vi.fn((_share: number, text: string, _key: string) => Promise.resolve(said(1000, 1, text))),
    editComment: vi.fn((id: number, text: string) => Promise.resolve({ ...said(id, 1, text), edited_at: '2026-05-17T10:00:00Z' })),
  };
  const outbox = { hasTurn: vi.fn((_share: number) => true), add: vi.fn((_author: number, _item: UnsentItem) => Promise.resolve(false)) };
  const drafts = new WindowDrafts();
  const make = () =>
    new Conversation(7, {
      api,
      drafts,
      session: { me: userOf(1, 'ann'), server: { limits: { comment_max: 40 } } as never },
      feeds: { of: () => ({ update }) as never },
      outbox,
      onkept: () => undefined,
      onheard: (comments) => heard.push(...comments.map(({ id }) => id)),
    });
  const conversation = make();
  const show = (to = conversation) => to.take(3, { comments: { count: all.length, latest: all.slice(-2) }, reactions: [] });
  show();
  return { conversation, outbox, api, all, show, heard, make, update };
}

export const ids = ({ comments }: Conversation) => comments.map(({ id }) => id);
export const upTo = (last: number) => Array.from({ length: last }, (_, at) => said(at + 1));
