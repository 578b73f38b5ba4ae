// The photos of a space, newest first, as far as they have been read. What was read once is there at once on the way back.

import * as api from '../api/client';
import { deletions } from './deletions.svelte';
import { SingleFlight } from './single-flight';
import { join, refresh } from './pages';
import { session } from './session.svelte';
import type { Photo, Page } from '../api/types';

/** Links to photos end within a day; sooner than this they haven't. */
const RENEW_AFTER = 60_000;

export class Gallery {
  ready = $state(false);
  loading = $state(false);
  /** Why the last page couldn't be read. */
  error = $state.raw<unknown>(null);

  #read = $state.raw<Photo[]>([]);
  #next = $state<string | null>(null);
  #reading = new SingleFlight();
  #renewed = Date.now();

  constructor(readonly space: number) {}

  /** Without those whose shares have been deleted here. */
  get photos(): Photo[] {
    return this.#read.filter((photo) => !deletions.isHidden(photo.share_id));
  }

  get isWhole(): boolean {
    return this.ready && this.#next === null;
  }

  /** Reads the next page; the first one, if there is none yet. */
  more(): Promise<void> {
    return this.#ask(() => (this.#next === null ? api.photos(this.space) : api.morePhotos(this.#next)), join);
  }

  /** Looks for what has changed at the top. */
  look(): Promise<void> {
    return this.#ask(() => api.photos(this.space), refresh);
  }

  /** Reads until the photo of a share is there; tells whether it is. */
  async find(share: number): Promise<boolean> {
    const known = () => this.photos.some((photo) => photo.share_id === share);
    const passed = () => (this.#read.at(-1)?.share_id ?? Infinity) < share;
    while (!known() && !passed() && !this.isWhole) {
      await this.more();
      if (this.error) throw this.error;
    }
    return known();
  }

  /** A photo can't be loaded: its link may have ended, or it is gone. All are read anew, with new links. */
  async renew(): Promise<void> {
    if (Date.now() - this.#renewed < RENEW_AFTER) return;
    this.#renewed = Date.now();
    const last = this.#read.at(-1)?.share_id ?? 0;
    await this.#ask(async () => {
      let page = await api.photos(this.space);
      const rows = page.rows;
      while (page.next !== null && (rows.at(-1)?.share_id ?? 0) > last) {
        page = await api.morePhotos(page.next);
        rows.push(...page.rows);
      }
      return { rows, next: page.next };
    }, refresh);
  }

  /** Reads one thing at a time: what is asked for meanwhile is what is being read. */
  #ask(ask: () => Promise<Page<Photo>>, put: typeof join): Promise<void> {
    return this.#reading.run(() => this.#askNow(ask, put));
  }

  async #askNow(ask: () => Promise<Page<Photo>>, put: typeof join): Promise<void> {
    this.loading = true;
    this.error = null;
    try {
      const page = await ask();
      const merged = put({ rows: this.#read, next: this.#next }, page);
      this.#read = merged.rows;
      this.#next = merged.next;
      this.ready = true;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }
}

const galleries = new Map<number, Gallery>();
session.afterSignOut(() => galleries.clear());

export function galleryOf(space: number): Gallery {
  const gallery = galleries.get(space) ?? new Gallery(space);
  galleries.set(space, gallery);
  return gallery;
}
