// Keeps the photos of a share in the making in this browser, so that a reload takes nothing.

import { Database, type Key } from '../dom/database';
import { type FileMark, markOf, type Picture } from '../photos/chosen';
import type { UploadPaths } from './file-upload.svelte';

/** A photo of a draft, without its bytes. */
interface KeptPhoto {
  id: number;
  caption: string;
  paths: UploadPaths;
  picture: Omit<Picture, 'file' | 'url' | 'video' | 'unkept'>;
  type: string;
  mark: FileMark;
  /** The size of the picture that it is shown by, if it is a video; null if that has none. */
  poster?: number | null;
  /** Whether this browser can show it. */
  isShown: boolean;
}

/** The photos of a draft, in their order. */
export interface Draft {
  keepDates: boolean;
  photos: { id: number; caption: string; paths: UploadPaths; picture: Picture }[];
}

/** As it is kept. */
interface KeptDraft {
  keepDates: boolean;
  photos: KeptPhoto[];
  /** When it was, in milliseconds of the epoch. */
  at: number;
}

/** Larger files are only remembered, and so are those that would be too many together. */
const MAX_FILE = 64 * 1024 * 1024;
const MAX_ALL = 256 * 1024 * 1024;
/** After this many milliseconds nobody comes back to it. */
const MAX_AGE = 7 * 24 * 60 * 60 * 1000;

export class DraftKeeper {
  /** The bytes that are kept, by photo. */
  #bytes = new Map<number, number>();
  /** Photos that are gone again before they were kept. */
  #gone = new Set<number>();
  #next: Draft | null = null;
  #work: Promise<void> = Promise.resolve();

  #kept = new Set<number>();
  /** How it was last is kept. */
  #isSaved = false;

  private constructor(
    private readonly db: Database,
    private readonly place: string,
  ) {}

  /** Opens that of a user at a place, for the one window that has it; null where nothing can be kept. */
  static async open(user: number, place: string): Promise<DraftKeeper | null> {
    try {
      return new DraftKeeper(await Database.open(user), place);
    } catch {
      return null;
    }
  }

  /** Whether all bytes of a photo are kept. */
  has(id: number): boolean {
    return this.#kept.has(id);
  }

  /** The bytes of a photo, once all that is to be kept is; null where they aren't. */
  async fileOf(id: number, { file }: Picture): Promise<Blob | null> {
    await this.#work;
    return this.has(id) ? this.db.getBlob(this.#key(id, 'file'), file.size, file.type) : null;
  }

  /** What is there from before; null if nothing is. Throws if it can't be read. */
  async restore(): Promise<Draft | null> {
    const draft = (await this.db.get(this.#key('draft'))) as KeptDraft | undefined;
    if (!draft) return null;
    if (Date.now() - draft.at > MAX_AGE) {
      await this.db.delete(this.#key());
      return null;
    }
    const photos: Draft['photos'] = [];
    for (const photo of draft.photos) {
      const { id, caption, paths } = photo;
      photos.push({ id, caption, paths, picture: await this.#pictureOf(photo) });
    }
    return { keepDates: draft.keepDates, photos };
  }

  /** Keeps how the draft is now. */
  save(draft: Draft): void {
    const isUnderWay = this.#next !== null;
    this.#next = draft;
    this.#isSaved = false;
    if (isUnderWay) return;
    this.#then(async () => {
      const now = this.#next;
      this.#next = null;
      if (!now) return;
      const kept: KeptDraft = { keepDates: now.keepDates, photos: now.photos.map(keptPhoto), at: Date.now() };
      await this.db.put(this.#key('draft'), kept);
      this.#isSaved = this.#next === null;
    });
  }

  /** Whether how the draft is now is kept, once that is certain. */
  async isSaved(): Promise<boolean> {
    await this.#work;
    return this.#isSaved;
  }

  /** Keeps the bytes of a photo, unless they are too many. */
  keep(id: number, { file, video }: Picture): void {
    const size = file.size + (video?.poster?.size ?? 0);
    const all = [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const isKept = file.size <= MAX_FILE && all + size <= MAX_ALL;
    if (isKept) this.#bytes.set(id, size);
    const poster = video?.poster;
    // The poster first: with a film whose bytes are there, nothing is missing.
    if (poster) this.#then(() => this.#write(id, 'poster', poster));
    if (!isKept) return;
    this.#then(async () => {
      await this.#write(id, 'file', file);
      this.#kept.add(id);
    });
  }

  /** Forgets a photo. */
  remove(id: number): void {
    this.#gone.add(id);
    this.#bytes.delete(id);
    this.#then(() => this.db.delete(this.#key(id)));
  }

  /** Forgets all of it. */
  clear(): void {
    for (const id of this.#bytes.keys()) this.#gone.add(id);
    this.#bytes.clear();
    this.#next = null;
    this.#then(() => this.db.delete(this.#key()));
  }

  /** Leaves it as it is, once that is kept. */
  async close(): Promise<void> {
    await this.#work;
    this.db.close();
  }

  #key(...parts: Key): Key {
    return [this.place, ...parts];
  }

  /** One after the other. What can't be kept takes nothing else away. */
  #then(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch(() => undefined);
  }

  async #write(id: number, part: keyof UploadPaths, file: Blob): Promise<void> {
    await this.db.putBlob(this.#key(id, part), file, () => !this.#gone.has(id));
  }

  async #pictureOf({ id, picture, type, mark, poster, isShown }: KeptPhoto): Promise<Picture> {
    const file = await this.db.getBlob(this.#key(id, 'file'), mark.size, type);
    const shown = poster === undefined ? file : await this.db.getBlob(this.#key(id, 'poster'), poster ?? 0, 'image/jpeg');
    if (file) {
      this.#bytes.set(id, mark.size + (poster ?? 0));
      this.#kept.add(id);
    }
    return {
      ...picture,
      file: file ?? new Blob(),
      url: isShown && shown ? URL.createObjectURL(shown) : '',
      ...(poster !== undefined && { video: { poster: poster === null ? null : shown } }),
      ...(!file && { unkept: mark }),
    };
  }
}

/** A photo without its bytes. */
function keptPhoto({ id, caption, paths, picture }: Draft['photos'][number]): KeptPhoto {
  const { file, name, url, width, height, shrunk, video, unkept } = picture;
  return {
    id,
    caption,
    paths,
    picture: { name, width, height, shrunk },
    type: file.type,
    mark: unkept ?? markOf(file),
    ...(video && { poster: video.poster?.size ?? null }),
    isShown: url !== '',
  };
}
