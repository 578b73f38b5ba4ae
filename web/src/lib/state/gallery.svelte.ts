// The photos of a space, newest first, as far as they have been read. On the way back, what was read once is shown immediately.

import type { Api } from '../api/client';
import type { Photo, Page } from '../api/types';
import { BySpace } from './by-space';
import type { Deletions } from './deletions.svelte';
import { join, refresh } from './pages';
import type { PhotoAddress } from './routes';
import { SingleFlight } from './single-flight';

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

  constructor(
    readonly space: number,
    private readonly api: Pick<Api, 'photos' | 'morePhotos'>,
    private readonly deletions: Pick<Deletions, 'isHidden'>,
  ) {}

  /** Without those whose shares have been deleted here. */
  get photos(): Photo[] {
    return this.#read.filter((photo) => !this.deletions.isHidden(photo.share_id));
  }

  get isWhole(): boolean {
    return this.ready && this.#next === null;
  }

  /** Reads the next page; the first one, if there is none yet. */
  more(): Promise<void> {
    return this.#ask(() => (this.#next === null ? this.api.photos(this.space) : this.api.morePhotos(this.#next)), join);
  }

  /** Looks for what has changed at the top. */
  look(): Promise<void> {
    return this.#ask(() => this.api.photos(this.space), refresh);
  }

  /** Reads until a photo is there. Without a number of its own, and where another has taken its place, it is the first
  of its share; null if that has none. */
  async find({ share, photo }: PhotoAddress): Promise<Photo | null> {
    const known = () => this.photos.find(({ image }) => image.id === photo);
    const passed = () => (this.#read.at(-1)?.share_id ?? Infinity) < share;
    while (!known() && !passed() && !this.isWhole) {
      await this.more();
      if (this.error) throw this.error;
    }
    return known() ?? this.photos.find(({ share_id }) => share_id === share) ?? null;
  }

  /** A photo can't be loaded: its link may have ended, or it is gone. All are read again, with new links. */
  async renew(): Promise<void> {
    if (Date.now() - this.#renewed < RENEW_AFTER) return;
    this.#renewed = Date.now();
    const last = this.#read.at(-1)?.share_id ?? 0;
    await this.#ask(async () => {
      let page = await this.api.photos(this.space);
      const rows = page.rows;
      while (page.next !== null && (rows.at(-1)?.share_id ?? 0) > last) {
        page = await this.api.morePhotos(page.next);
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

/** The galleries of all spaces that one has been in. */
export class Galleries extends BySpace<Gallery> {
  constructor(api: Pick<Api, 'photos' | 'morePhotos'>, deletions: Pick<Deletions, 'isHidden'>) {
    super((space) => new Gallery(space, api, deletions));
  }
}
