// Shares that are taken away at once and deleted ten seconds later, so that there is a way back.

import { SvelteMap } from 'svelte/reactivity';

import * as api from '../api/client';
import { ApiError } from '../api/errors';
import { t } from '../i18n/index.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

const UNDO_FOR = 10_000;

class Deletions {
  /** What the server answered when it wouldn't; the share is shown again, with this. */
  refusals = new SvelteMap<number, unknown>();

  /** Hidden shares: those that wait with the id of their note, and those that are gone. */
  #hidden = new SvelteMap<number, { toast: number | null; ondeleted: () => void }>();

  constructor() {
    session.beforeSignOut(() => this.#flush(false));
    session.afterSignOut(() => this.#forget());
    addEventListener('pagehide', () => void this.#flush(true));
  }

  isHidden(share: number): boolean {
    return this.#hidden.has(share);
  }

  /** Takes a share away. `ondeleted` is called when it is gone for good. */
  start(share: number, ondeleted: () => void): void {
    if (this.#hidden.has(share)) return;
    this.refusals.delete(share);
    const toast = toasts.show(t('share.deleted'), {
      action: t('share.undo'),
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
      await api.deleteShare(share, keepalive);
      hidden.ondeleted();
    } catch (error) {
      // Somebody else was faster: it is gone, as was wished.
      if (error instanceof ApiError && error.status === 404) {
        hidden.ondeleted();
        return;
      }
      this.refusals.set(share, error);
      this.#hidden.delete(share);
    }
  }

  /** Lets go of what waits: it was somebody else's wish. */
  #forget(): void {
    const notes = [...this.#hidden.values()].flatMap(({ toast }) => toast ?? []);
    this.#hidden.clear();
    this.refusals.clear();
    for (const note of notes) toasts.end(note);
  }

  /** Sends what waits now, because there may be no later. */
  async #flush(keepalive: boolean): Promise<void> {
    const notes = [...this.#hidden.values()].flatMap(({ toast }) => toast ?? []);
    await Promise.all([...this.#hidden.keys()].map((share) => this.#send(share, keepalive)));
    for (const note of notes) toasts.end(note);
  }
}

export const deletions = new Deletions();
