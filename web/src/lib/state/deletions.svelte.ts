// Shares or comments that disappear immediately and are deleted ten seconds later, so that it can be undone; or when one leaves the app.

import { SvelteMap } from 'svelte/reactivity';

import { ApiError } from '../api/errors';
import { all, on } from '../dom/events';
import type { Toasts } from './toasts.svelte';

const UNDO_FOR = 10_000;

export class Deletions {
  /** The server's error if it refused; the share is shown again, with this. */
  refusals = new SvelteMap<number, unknown>();

  /** Hidden shares: those that wait with the id of their note, and those that are gone. */
  #hidden = new SvelteMap<number, { toast: number | null; ondeleted: () => void }>();

  constructor(
    private readonly api: { delete: (id: number, keepalive: boolean) => Promise<unknown> },
    private readonly toasts: Toasts,
    private readonly words: { deleted: () => string; undo: () => string },
  ) {}

  /** A page that is unloaded or hidden sends what waits, until the returned function is called: phones end hidden apps without
  another word. What fails then is shown again, with its reason. */
  start(): () => void {
    return all(
      on(window, 'pagehide', () => void this.#flush(true)),
      on(document, 'visibilitychange', () => document.visibilityState === 'hidden' && void this.#flush(true)),
    );
  }

  isHidden(share: number): boolean {
    return this.#hidden.has(share);
  }

  /** Takes a share away. `ondeleted` is called when it is gone for good. */
  begin(share: number, ondeleted: () => void): void {
    if (this.#hidden.has(share)) return;
    this.refusals.delete(share);
    const toast = this.toasts.show(this.words.deleted(), {
      action: this.words.undo(),
      ms: UNDO_FOR,
      onaction: () => this.#hidden.delete(share),
      onend: () => void this.#send(share, false),
    });
    this.#hidden.set(share, { toast, ondeleted });
  }

  async #send(share: number, keepalive: boolean): Promise<void> {
    const hidden = this.#hidden.get(share);
    if (!hidden || hidden.toast === null) return;
    hidden.toast = null;
    try {
      await this.api.delete(share, keepalive);
      hidden.ondeleted();
    } catch (error) {
      // Another user was faster: it is gone, as intended.
      if (error instanceof ApiError && error.status === 404) {
        hidden.ondeleted();
        return;
      }
      this.refusals.set(share, error);
      this.#hidden.delete(share);
    }
  }

  /** Drops what waits: it was requested by another user. */
  clear(): void {
    const notes = [...this.#hidden.values()].flatMap(({ toast }) => toast ?? []);
    this.#hidden.clear();
    this.refusals.clear();
    for (const note of notes) this.toasts.end(note);
  }

  /** Sends what waits now: its user is about to leave. */
  flush(): Promise<void> {
    return this.#flush(false);
  }

  /** `keepalive` lets a request outlive the page. */
  async #flush(keepalive: boolean): Promise<void> {
    const notes = [...this.#hidden.values()].flatMap(({ toast }) => toast ?? []);
    const sent = [...this.#hidden.keys()].map((share) => this.#send(share, keepalive));
    // What is on its way can't be undone.
    for (const note of notes) this.toasts.end(note);
    await Promise.all(sent);
  }
}
