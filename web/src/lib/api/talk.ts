// The endpoints of conversations: comments, reactions, and what is kept at the top of a space. Loaded with the first conversation.

import type { Api } from './client';
import { ApiError } from './errors';
import type { Comment, Page, Reaction } from './types';

/** What can be reacted to, by its path. */
export type Target = `shares/${number}` | `comments/${number}`;

/** How long an answer to what is said may take, in milliseconds, on a line that is neither there nor gone. */
const TIMEOUT = 45_000;

export class TalkApi {
  constructor(private readonly api: Pick<Api, 'request' | 'report'>) {}

  async #inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const request = new AbortController();
    const lost = new ApiError(0, '', 'unreachable');
    const timer = setTimeout(() => request.abort(lost), TIMEOUT);
    try {
      return await ask(request.signal);
    } catch (error) {
      if (error === lost) this.api.report(lost);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #page<T>(path: string): Promise<Page<T>> {
    const { data, next } = await this.api.request<T[]>('GET', path);
    return { rows: data, next };
  }

  /** The newest first. */
  comments = (share: number, limit: number) => this.#page<Comment>(`/shares/${share}/comments?order=newest&limit=${limit}`);
  moreComments = (next: string) => this.#page<Comment>(next);

  comment = (share: number, text: string, key: string) =>
    this.#inTime(async (signal) => (await this.api.request<Comment>('POST', `/shares/${share}/comments`, { json: { text }, key, signal })).data);
  editComment = async (id: number, text: string) =>
    (await this.api.request<Comment>('PUT', `/comments/${id}`, { json: { text } })).data;
  deleteComment = (id: number, keepalive = false) => this.api.request('DELETE', `/comments/${id}`, { keepalive });

  /** Reacts, or takes that back. */
  react = (to: Target, emoji: string, mine: boolean) =>
    this.#inTime((signal) => this.api.request(mine ? 'PUT' : 'DELETE', `/${to}/reactions/${encodeURIComponent(emoji)}`, { signal }));
  reactions = (to: Target) => this.#page<Reaction>(`/${to}/reactions?limit=500`);

  pin = (share: number, pinned: boolean) => this.api.request(pinned ? 'PUT' : 'DELETE', `/shares/${share}/pin`);
}
