// The photos of a space, those taken or shared last first, as far as they have been read. On the way back, what was read once
// is shown immediately.

import type { Api } from '../api/client';
import { isGone } from '../api/errors';
import type { Medium, Photo, Page, Share } from '../api/types';
import { photosOf } from '../photos/album';
import { compareBy, type DatedBy } from '../photos/dates';
import type { Deletions } from './deletions.svelte';
import { type Compare, insert, join, refresh, replace } from './pages';
import type { Kinds, PhotoAddress } from './routes';
import { SingleFlight } from './single-flight';

/** Links to photos end within a day; sooner than this they haven't. */
const RENEW_AFTER = 60_000;
/** How many are read at once: at first, and at most. */
const [LEAST, MOST] = [60, 500];

type Change = (read: Page<Photo>) => Page<Photo>;

export type Asked = Pick<Api, 'photos' | 'morePhotos' | 'share'>;

export class Gallery {
  ready = $state(false);
  loading = $state(false);
  /** Why the last page couldn't be read. */
  error = $state.raw<unknown>(null);

  #read = $state.raw<Photo[]>([]);
  #next = $state<string | null>(null);
  #reading = new SingleFlight();
  #renewed = Date.now();
  /** What has changed while a request is under way: its answer may not know of it. */
  #meanwhile: Change[] = [];
  /** How often all was forgotten: what was asked for before belongs to nothing any more. */
  #round = 0;

  constructor(
    readonly space: number,
    readonly by: DatedBy,
    /** Which it has. */
    readonly kinds: Kinds,
    private readonly api: Asked,
    private readonly deletions: Pick<Deletions, 'isHidden'>,
  ) {
    this.compare = compareBy(by);
  }

  /** Above 0 if `a` comes after `b`. */
  readonly compare: Compare;

  /** Without those whose shares have been deleted here. */
  get photos(): Photo[] {
    return this.#read.filter((photo) => !this.deletions.isHidden(photo.share_id));
  }

  get isWhole(): boolean {
    return this.ready && this.#next === null;
  }

  /** Reads the next page; the first one, if there is none yet. */
  more(): Promise<void> {
    return this.#ask(() => (this.#next === null ? this.#first() : this.api.morePhotos(this.#next)), join);
  }

  /** Looks for what has changed at the top, and for what was shared lately, wherever its date puts it; with `whole`, in all that was
  read. */
  async look({ whole = false } = {}): Promise<void> {
    const wasReady = this.ready;
    if (whole && wasReady) return this.#reading.runAfter(() => this.#askNow(() => this.#whole(), refresh));
    await this.#ask(() => this.#first(), refresh);
    if (this.by === 'taken' && wasReady && this.ready && !this.error) await this.#ask(() => this.#first('shared'), insertRows);
  }

  /** Reads until a photo is there. Without a number of its own, and where another has taken its place, it is the first
  of its share; null if that has none. */
  async find({ share, photo }: PhotoAddress): Promise<Photo | null> {
    const known = () => this.photos.find(({ image }) => image.id === photo);
    const place = known() ?? (await this.#placeOf(share, photo));
    if (!place) return null;
    const passed = () => {
      const last = this.#read.at(-1);
      return last !== undefined && this.compare(last, place) > 0;
    };
    const wanted = () => known() ?? this.photos.find(({ image }) => image.id === place.image.id);
    while (!wanted() && !passed() && !this.isWhole) {
      await this.more();
      if (this.error) throw this.error;
    }
    return wanted() ?? this.photos.find(({ share_id }) => share_id === share) ?? null;
  }

  /** A photo of a share, or what is at its position; null if the share is gone, or has none. */
  async #placeOf(share: number, photo: number | null): Promise<Photo | null> {
    try {
      const photos = photosOf(await this.api.share(share)).filter(this.#has);
      return photos.find(({ image }) => image.id === photo) ?? photos[0] ?? null;
    } catch (error) {
      if (isGone(error)) return null;
      this.error = error;
      throw error;
    }
  }

  /** A share is gone, and its photos with it. */
  drop(share: number): void {
    this.#change((read) => ({ ...read, rows: read.rows.filter((photo) => photo.share_id !== share) }));
  }

  /** A share has come to be, or has changed: photos that it hasn't any more are gone, and those with another date are elsewhere. */
  hear(share: Share): void {
    const photos = photosOf(share).filter(this.#has);
    // The newest come first, and of one share the last.
    this.#change((read) => replace(read, share.id, photos.reverse(), this.compare));
  }

  /** A photo has its previews by now. */
  take(share: number, medium: Medium): void {
    const isIt = ({ share_id, image }: Photo) => share_id === share && image.id === medium.id;
    const change = (row: Photo) => (isIt(row) ? { ...row, image_url: medium.url, image: medium, media: medium } : row);
    this.#change((read) => ({ ...read, rows: read.rows.map(change) }));
  }

  #change(change: Change): void {
    if (this.loading) this.#meanwhile.push(change);
    if (this.ready) this.#put(change({ rows: this.#read, next: this.#next }));
  }

  #put({ rows, next }: Page<Photo>): void {
    this.#read = rows;
    this.#next = next;
  }

  #has = ({ media }: Photo) => this.kinds === null || media.kind === this.kinds;

  /** Forgets what was read. */
  forget(): void {
    this.#round += 1;
    this.ready = false;
    this.#read = [];
    this.#next = null;
  }

  /** A photo can't be loaded: its link may have ended, or it is gone. All are read again, with new links. */
  async renew(): Promise<void> {
    if (Date.now() - this.#renewed < RENEW_AFTER) return;
    this.#renewed = Date.now();
    await this.#ask(() => this.#whole(), refresh);
  }

  /** All down to the last that was read. */
  async #whole(): Promise<Page<Photo>> {
    const last = this.#read.at(-1);
    const isAbove = (row: Photo | undefined) => row !== undefined && last !== undefined && this.compare(last, row) > 0;
    let page = await this.#first(this.by, Math.min(MOST, Math.max(LEAST, this.#read.length)));
    const rows = page.rows;
    while (page.next !== null && isAbove(rows.at(-1))) {
      page = await this.api.morePhotos(page.next);
      rows.push(...page.rows);
    }
    return { rows, next: page.next };
  }

  #first(by = this.by, limit = LEAST): Promise<Page<Photo>> {
    return this.api.photos(this.space, by, this.kinds, limit);
  }

  /** Reads one page at a time: concurrent calls share the request under way. */
  #ask(ask: () => Promise<Page<Photo>>, put: typeof join): Promise<void> {
    return this.#reading.run(() => this.#askNow(ask, put));
  }

  async #askNow(ask: () => Promise<Page<Photo>>, put: typeof join): Promise<void> {
    this.loading = true;
    this.error = null;
    try {
      let round = this.#round;
      this.#meanwhile = [];
      let page = await ask();
      while (round !== this.#round) {
        round = this.#round;
        this.#meanwhile = [];
        page = await this.#first();
        put = refresh;
      }
      const merged = put({ rows: this.#read, next: this.#next }, page, this.compare);
      this.#put(this.#meanwhile.reduce((read, change) => change(read), merged));
      this.ready = true;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }
}

const insertRows: typeof join = (read, page, compare) => insert(read, page.rows, compare);
