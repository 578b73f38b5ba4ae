// Windows of a browser in which something waits to be sent, and the server that it is sent to.

import { vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Comment } from '../../src/lib/api/types';
import { Outbox } from '../../src/lib/state/outbox.svelte';
import type { UnsentComment, UnsentItem } from '../../src/lib/state/outbox-store';
import { userOf } from '../photos';

export const ends: (() => void)[] = [];
/** One lock for all. */
export class Locks {
  #last: Promise<void> = Promise.resolve();
  request = (_: string, __: unknown, hold: () => Promise<void>) => (this.#last = this.#last.then(hold));
}

const unreachable = () => new ApiError(0, '', 'unreachable');
export const comment = (text: string, share = 7): UnsentComment => ({ kind: 'comment', share, key: `key-${text}`, text, at: 1 });
export const heart = (mine: boolean): UnsentItem => ({ kind: 'reaction', share: 7, target: 'shares/7', emoji: '❤️', mine, at: 1 });

/** A window of a user. */
export function opened(server: Server, user = 1) {
  const back = new Set<() => void>();
  const connection = { lost: server.isDown, check: vi.fn(() => Promise.resolve()), onReconnect: (task: () => void) => (back.add(task), () => back.delete(task)) };
  const session = { user: userOf(user, 'ann') as never, afterSignIn: () => () => undefined, beforeSignOut: () => () => undefined };
  const [onsent, onrefused] = [vi.fn(), vi.fn()];
  const answer = async (said: string): Promise<Comment> => {
    server.asked.push(said);
    await server.pause;
    const error = server.isDown ? unreachable() : server.refuse(said);
    if (error) {
      connection.lost ||= error.unreachable;
      throw error;
    }
    server.has.push(`${user}: ${said}`);
    return { text: said } as Comment;
  };
  const api = { comment: (share: number, text: string, key: string) => answer(`${share} ${text} ${key}`), react: (to: string, emoji: string, mine: boolean) => answer(`${to} ${emoji} ${mine}`) as never };
  const outbox = new Outbox({ api, connection, session, onsent, onrefused });
  ends.push(outbox.start());
  const reconnect = async () => {
    connection.lost = false;
    for (const task of back) task();
    await rest();
  };
  return { outbox, session, connection, onsent, onrefused, reconnect };
}

export class Server {
  isDown = true;
  asked: string[] = [];
  has: string[] = [];
  pause: Promise<unknown> = Promise.resolve();
  refuse: (said: string) => ApiError | null = () => null;
}

/** Until nothing goes on any more that needs no time. */
export const rest = async () => {
  for (let turn = 0; turn < 20; turn += 1) await vi.advanceTimersByTimeAsync(0);
};
export const textsOf = (outbox: Outbox) => outbox.waiting.map((each) => (each.kind === 'comment' ? each.text : `${each.emoji} ${each.mine}`));

