// The way to the photos of a draft that this browser keeps. What keeps them is loaded with the first one.

import { read, write } from '../dom/storage';
import type { Picture } from '../photos/chosen';
import type { Draft, DraftKeeper } from './draft-keeper';

export class KeptPhotos {
  #flag: string;
  #opening: Promise<Draft | null> | null = null;
  #keeper: DraftKeeper | null = null;

  constructor(
    private readonly user: number,
    private readonly place: string,
  ) {
    this.#flag = `draft.${user}.${place}.photos`;
  }

  /** Whether there should be photos from before. */
  get isExpected(): boolean {
    return read(this.#flag) !== null;
  }

  /** Opens it, and returns what is there from before; null if nothing is, or it was open already. */
  async open(): Promise<Draft | null> {
    if (this.#keeper || this.#opening) {
      await this.#opening;
      return null;
    }
    this.#opening = this.#open();
    const restored = await this.#opening;
    // Where another window had it, it may be free by the next time.
    if (!this.#keeper) this.#opening = null;
    return restored;
  }

  /** Whether a photo is all there after a reload. */
  has(id: number, isAtServer: boolean): boolean {
    return this.#keeper !== null && (isAtServer || this.#keeper.has(id));
  }

  keep(id: number, picture: Picture): void {
    this.#keeper?.keep(id, picture);
  }

  remove(id: number): void {
    this.#keeper?.remove(id);
  }

  save(draft: Draft): void {
    if (!this.#keeper) return;
    write(this.#flag, draft.photos.length > 0 ? '1' : null);
    this.#keeper.save(draft);
  }

  /** Forgets all of it. */
  clear(): void {
    if (!this.#keeper) return;
    write(this.#flag, null);
    this.#keeper.clear();
  }

  /** Leaves it as it is. */
  close(): void {
    void this.#keeper?.close();
    this.#keeper = null;
    this.#opening = null;
  }

  async #open(): Promise<Draft | null> {
    const loaded = await import('./draft-keeper').catch(() => null);
    this.#keeper = (await loaded?.DraftKeeper.open(this.user, this.place)) ?? null;
    return this.#keeper ? this.#keeper.restore() : null;
  }
}
