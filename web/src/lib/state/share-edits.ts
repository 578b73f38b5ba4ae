// The edits of shares that are under way, made with the first one.

import type { Share } from '../api/types';
import { all } from '../dom/events';
import type { App } from './app.svelte';
import { ShareEdit } from './share-edit.svelte';

type Deps = Pick<App, 'api' | 'uploads' | 'session' | 'drafts' | 'connection' | 'feeds' | 'galleries' | 'latest' | 'live'>;

export class ShareEdits {
  #known = new Map<number, ShareEdit>();

  constructor(private readonly app: Deps) {}

  /** Saves what waits for the connection when that is back, and loads what couldn't be loaded, until the returned function is called. */
  start(): () => void {
    const { connection, live } = this.app;
    const reconnected = () => {
      for (const edit of this.#known.values()) {
        if (!edit.added.isWhole) void edit.added.takeUp();
        if (edit.state === 'waiting') void edit.save(false);
      }
    };
    return all(
      connection.onReconnect(reconnected),
      live.on(({ kind, data }) => kind === 'share.deleted' && this.#stop(data.id)),
    );
  }

  /** The share is gone. What was written about it is in its draft. */
  #stop(share: number): void {
    this.#known.get(share)?.leave();
    this.#known.delete(share);
  }

  /** That of a share, which is begun if there is none. */
  of(space: number, share: Share): ShareEdit {
    const known = this.#known.get(share.id);
    if (known) return known;
    const { api, uploads, session, drafts, feeds, galleries, latest } = this.app;
    const made = new ShareEdit(share, {
      api,
      uploads,
      session,
      drafts,
      taken: (fresh) => {
        feeds.of(space).replace(fresh);
        // Photos have other places by their dates.
        for (const each of [galleries, latest]) each.forget(space);
      },
      ended: () => this.#known.delete(share.id),
    });
    this.#known.set(share.id, made);
    return made;
  }

  /** How many are being saved, or wait to be. */
  get underWay(): number {
    return [...this.#known.values()].filter(({ isBusy, state }) => isBusy || state === 'waiting').length;
  }

  /** Nothing that one person began is there for the next. */
  clear(): void {
    for (const edit of this.#known.values()) edit.leave();
    this.#known.clear();
  }
}
