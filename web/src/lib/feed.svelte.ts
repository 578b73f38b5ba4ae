// The shares of a space, newest first, as far as they have been read. What was read once is there at once on the way back.

import * as api from './api';
import { merge } from './merge';
import { Once } from './once';
import { session } from './session.svelte';
import type { Piece, Share } from './types';

const FIRST = 12;
const LOOK = 20;

export class Feed {
  shares = $state.raw<Share[]>([]);
  /** Newer ones that aren't shown yet. */
  waiting = $state.raw<Share[]>([]);
  ready = $state(false);
  loading = $state(false);
  /** Why the last piece couldn't be read. */
  error = $state.raw<unknown>(null);

  #next = $state<string | null>(null);
  #reading = new Once();
  /** What waits doesn't reach down to what is shown: then it takes its place. */
  #gap: Piece<Share> | null = null;
  /** How often something was changed from here. */
  #changes = 0;

  constructor(readonly space: number) {}

  get isWhole(): boolean {
    return this.ready && this.#next === null;
  }

  /** Reads the first piece, or the next one. Asked twice at once, it is read once. */
  more(): Promise<void> {
    if (this.isWhole) return Promise.resolve();
    return this.#reading.run(() => this.#more());
  }

  async #more(): Promise<void> {
    this.loading = true;
    this.error = null;
    try {
      const piece = this.#next === null ? await api.shares(this.space, FIRST) : await api.moreShares(this.#next);
      const known = new Set(this.shares.map((share) => share.id));
      this.shares = [...this.shares, ...piece.rows.filter((share) => !known.has(share.id))];
      this.#next = piece.next;
      this.ready = true;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }

  /** Looks for what has changed at the top. New ones by others wait until they are asked for. */
  async look(): Promise<void> {
    if (!this.ready || this.loading) return;
    let piece: Piece<Share>;
    let changes: number;
    try {
      // What was read before something was changed here doesn't know of it, and would undo it on the screen.
      do {
        changes = this.#changes;
        piece = await api.shares(this.space, LOOK);
      } while (changes !== this.#changes);
    } catch {
      // Nobody asked for it; the connection and the session have heard of it.
      return;
    }
    const merged = merge(this.shares, piece);
    this.shares = merged.shown;
    this.#gap = merged.overlaps ? null : piece;
    this.waiting = merged.fresh;
    if (merged.fresh.every((share) => share.user.id === session.me.id)) this.showWaiting();
  }

  showWaiting(): void {
    if (this.#gap) {
      this.shares = this.#gap.rows;
      this.#next = this.#gap.next;
    } else {
      this.shares = [...this.waiting, ...this.shares];
    }
    this.#gap = null;
    this.waiting = [];
  }

  /** Puts in a share that was just made, unless it is there already. */
  add(share: Share): void {
    this.#changes += 1;
    this.waiting = this.waiting.filter((each) => each.id !== share.id);
    if (!this.shares.some((each) => each.id === share.id)) this.shares = [share, ...this.shares];
  }

  replace(share: Share): void {
    this.#changes += 1;
    this.shares = this.shares.map((each) => (each.id === share.id ? share : each));
  }

  remove(id: number): void {
    this.#changes += 1;
    this.shares = this.shares.filter((share) => share.id !== id);
  }
}

const feeds = new Map<number, Feed>();
session.afterSignOut(() => feeds.clear());

export function feedOf(space: number): Feed {
  const feed = feeds.get(space) ?? new Feed(space);
  feeds.set(space, feed);
  return feed;
}
