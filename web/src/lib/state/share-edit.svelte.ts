// What changes in the photos of a share that is edited: their order, their captions, which are removed and which are added.

import { localPath } from '../api/local-path';
import type { Medium, ServerInfo, Share } from '../api/types';
import { append, type PhotoProblem, type Picture } from '../photos/chosen';
import { look } from '../photos/choosing';
import { moved } from '../photos/media-order';
import { Pending } from './pending';

/** The characters of a date and a time, to the second. */
const LOCAL = '2019-07-14T15:30:00'.length;

/** A photo that the share has, or a new one. */
export interface Edited {
  id: number;
  /** For `<img>`; empty where this browser can't show it. */
  src: string;
  name: string;
  caption: string;
  /** What a clock showed where it was taken, to the second; empty if unknown. */
  takenAt: string;
  picture: Picture | null;
}

/** The share that is edited, as it was read. */
export type Base = Pick<Share, 'media' | 'text' | 'version'>;

export class ShareEdit {
  items = $state.raw<readonly Edited[]>([]);
  problems = $state.raw<readonly { name: string; problem: PhotoProblem }[]>([]);
  /** How many more files were chosen than can be taken. */
  left = $state(0);
  #ids = 0;
  readonly #looking = new Pending();
  #isOver = false;

  /** What it changes. */
  base = $state.raw<Base>({ media: [], text: '', version: 0 });

  constructor(
    base: Base,
    private readonly server: ServerInfo | null,
  ) {
    this.base = base;
    this.items = base.media.map(editedOf);
  }

  /** Whether it is anything else than it was. */
  get isChanged(): boolean {
    return stateOf(this.items) !== stateOf(this.base.media.map(editedOf));
  }

  get mostPhotos(): number {
    return this.server?.limits.media_per_share ?? 1;
  }

  /** Adds photos after the existing ones, as many as there may be. */
  async choose(files: File[]): Promise<void> {
    await this.#looking.add(this.#choose(files));
  }

  /** When all that were chosen are taken or refused. */
  async looked(): Promise<void> {
    await this.#looking.settled();
  }

  async #choose(files: File[]): Promise<void> {
    const room = Math.max(0, this.mostPhotos - this.items.length);
    this.problems = [];
    this.left = Math.max(0, files.length - room);
    for (const file of files.slice(0, room)) {
      const found = await look(file, this.server);
      if ('url' in found && (this.#isOver || this.items.length >= this.mostPhotos)) URL.revokeObjectURL(found.url);
      if (this.#isOver) return;
      if ('reason' in found) this.problems = [...this.problems, { name: file.name, problem: found }];
      // New ones have numbers that no photo of the server has.
      else if (this.items.length < this.mostPhotos) this.items = [...this.items, { id: (this.#ids -= 1), src: found.url, name: file.name, caption: '', takenAt: '', picture: found }];
    }
  }

  move(from: number, to: number): void {
    this.items = moved(this.items, from, to);
  }

  remove(id: number): void {
    this.#release(this.items.filter((each) => each.id === id));
    this.items = this.items.filter((each) => each.id !== id);
    this.left = 0;
  }

  writeCaption(id: number, caption: string): void {
    this.items = this.items.map((each) => (each.id === id ? { ...each, caption } : each));
  }

  writeDate(id: number, takenAt: string): void {
    this.items = this.items.map((each) => (each.id === id ? { ...each, takenAt } : each));
  }

  /** The form that says it to the server: the text, and, if anything else is changed, the whole list. */
  form(text: string): FormData {
    const form = new FormData();
    form.set('text', text);
    if (!this.isChanged) return form;
    // That there is a list, also if nothing is in it.
    form.append('media', '');
    for (const { id, caption, takenAt, picture } of this.items) {
      if (picture) append(form, picture);
      else form.append('media', String(id));
      form.append('caption', caption);
      // As the server wrote it, with its zone.
      const before = this.base.media.find((medium) => medium.id === id)?.taken_at ?? '';
      // For a new one, the photo itself has it, unless the user has set it.
      if (takenAt === before.slice(0, LOCAL)) continue;
      // In the zone that is known already, if any.
      form.append('taken_at', takenAt ? takenAt + before.slice(LOCAL) : 'none');
    }
    return form;
  }

  /** Gives the memory of new photos back. */
  end(): void {
    this.#isOver = true;
    this.#release(this.items);
  }

  #release(items: readonly Edited[]): void {
    for (const { src, picture } of items) if (picture) URL.revokeObjectURL(src);
  }
}

export function editedOf({ id, caption, kind, poster_url, previews, taken_at }: Medium): Edited {
  return {
    id,
    src: kind === 'video' && poster_url === null ? '' : localPath(previews.small.url),
    name: '',
    caption: caption ?? '',
    takenAt: taken_at?.slice(0, LOCAL) ?? '',
    picture: null,
  };
}

export const stateOf = (items: readonly Edited[]) => JSON.stringify(items.map(({ id, caption, takenAt }) => [id, caption, takenAt]));
