// The photos of a share in the making, in the order in which they will be shown, each with its caption.

import type { ServerInfo } from '../api/types';
import { append, isThere, type PhotoProblem, type Picture } from '../photos/chosen';
import { look } from '../photos/choosing';
import { moved } from '../photos/media-order';
import { Pending } from './pending';

interface ChosenPicture {
  id: number;
  picture: Picture;
  /** For `<img>`; empty where this browser can't show it. */
  src: string;
  name: string;
  caption: string;
}

export class ChosenPictures {
  all = $state.raw<readonly ChosenPicture[]>([]);
  /** What is wrong with those that were chosen last and rejected. */
  problems = $state.raw<readonly { name: string; problem: PhotoProblem }[]>([]);
  /** How many more files were chosen than can be taken. */
  left = $state(0);
  /** Whether the server keeps when they were taken. */
  keepDates = $state(true);
  /** Another one whenever all are cleared: what is still looked at then belongs to none. */
  #round = 0;
  readonly #looking = new Pending();
  #ids = 0;

  constructor(
    private readonly session: { readonly server: ServerInfo | null },
    /** Called whenever there are others, or their order or captions are. */
    private readonly onchange: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** The most that a share can have. */
  get most(): number {
    return this.session.server?.limits.media_per_share ?? 1;
  }

  get isFull(): boolean {
    return this.all.length >= this.most;
  }

  /** Adds photos after the existing ones, as many as there may be. */
  async choose(files: File[]): Promise<void> {
    await this.#looking.add(this.#choose(files));
  }

  /** When all that were chosen are taken or refused: a video is looked at for some seconds. */
  async looked(): Promise<void> {
    await this.#looking.settled();
  }

  async #choose(files: File[]): Promise<void> {
    const free = Math.max(0, this.most - this.all.length);
    this.problems = [];
    this.left = Math.max(0, files.length - free);
    const round = this.#round;
    for (const file of files.slice(0, free)) {
      const found = await look(file, this.session.server);
      if (round !== this.#round) {
        if ('url' in found) URL.revokeObjectURL(found.url);
        return;
      }
      if ('reason' in found) this.problems = [...this.problems, { name: file.name, problem: found }];
      else if (this.isFull) URL.revokeObjectURL(found.url);
      else this.#take([...this.all, { id: (this.#ids += 1), picture: found, src: found.url, name: file.name, caption: '' }]);
    }
  }

  remove(id: number): void {
    this.#forget();
    this.#take(this.all.filter((each) => each.id !== id));
  }

  move(from: number, to: number): void {
    this.#take(moved(this.all, from, to));
  }

  describe(id: number, caption: string): void {
    this.#take(this.all.map((each) => (each.id === id ? { ...each, caption } : each)));
  }

  clear(): void {
    this.#round += 1;
    this.#forget();
    this.keepDates = true;
    this.#take([]);
  }

  /** Removes those whose files have changed since they were chosen; returns whether there were any. */
  async loseGone(): Promise<boolean> {
    const there = await Promise.all(this.all.map(({ picture }) => isThere(picture.file)));
    const lost = this.all.filter((_, at) => !there[at]);
    if (lost.length === 0) return false;
    this.#take(this.all.filter((_, at) => there[at]));
    this.problems = lost.map(({ picture }) => ({ name: picture.name, problem: { reason: 'gone' } }));
    return true;
  }

  /** Puts them into a form, each with its caption after it. */
  addTo(form: FormData): void {
    if (!this.keepDates) form.append('keep_dates', 'false');
    for (const { picture, caption } of this.all) {
      append(form, picture);
      if (caption.trim()) form.append('caption', caption);
    }
  }

  #forget(): void {
    this.problems = [];
    this.left = 0;
  }

  #take(pictures: readonly ChosenPicture[]): void {
    const kept = new Set(pictures.map(({ id }) => id));
    for (const { id, src } of this.all) if (!kept.has(id)) URL.revokeObjectURL(src);
    this.all = pictures;
    this.onchange();
  }
}
