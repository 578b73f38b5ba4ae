// The way to the photos of a draft that this browser keeps, for the window that has the draft: the others work without it. What
// keeps them is loaded with the first one.

import { read, write } from '../dom/storage';
import type { Picture } from '../photos/chosen';
import type { Draft, DraftKeeper } from './draft-keeper';

export class KeptPhotos {
  #flag: string;
  #opening: Promise<Draft | null> | null = null;
  #keeper: DraftKeeper | null = null;
  #isClosed = false;
  /** What is there from before isn't wanted, and couldn't be deleted yet. */
  #isDiscarded = false;

  constructor(
    private readonly user: number,
    private readonly place: string,
    /** Whether this window has the draft, and nothing of it is still asked for. */
    private readonly mayOpen: () => Promise<boolean>,
  ) {
    this.#flag = `draft.${user}.${place}.photos`;
  }

  /** Whether there should be photos from before. */
  get isExpected(): boolean {
    return read(this.#flag) !== null;
  }

  /** Opens it, and returns what is there from before; null if nothing is, or it was open already. Throws if that can't be read now:
  then it stays as it is. */
  async open(): Promise<Draft | null> {
    if (this.#keeper || this.#opening) {
      await this.#opening?.catch(() => undefined);
      return null;
    }
    this.#opening = this.#open();
    try {
      return await this.#opening;
    } finally {
      // Where another window had it, it may be free by the next time.
      if (!this.#keeper) this.#opening = null;
    }
  }

  /** Whether a photo is all there after a reload. */
  has(id: number, isAtServer: boolean): boolean {
    return this.#keeper !== null && (isAtServer || this.#keeper.has(id));
  }

  /** The bytes of a photo that was kept; null where they aren't. */
  async fileOf(id: number, picture: Picture): Promise<Blob | null> {
    return (await this.#keeper?.fileOf(id, picture)) ?? null;
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

  /** Whether how the draft is now is kept, once that is certain. */
  async isSaved(): Promise<boolean> {
    return (await this.#keeper?.isSaved()) ?? false;
  }

  /** Forgets all of it. */
  clear(): void {
    if (!this.#keeper) return;
    write(this.#flag, null);
    this.#keeper.clear();
  }

  /** Forgets what is there from before, which was shared or isn't wanted any more. */
  async discard(): Promise<void> {
    if (!this.isExpected) return;
    write(this.#flag, null);
    const keeper = await import('./draft-keeper').then(({ DraftKeeper }) => DraftKeeper.open(this.user, this.place), () => null);
    // Where it can't be deleted yet, it is when it is opened next.
    this.#isDiscarded = keeper === null;
    keeper?.clear();
    await keeper?.close();
  }

  /** Leaves it as it is, also if it is just being opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const keeper = this.#keeper;
    this.#keeper = null;
    await Promise.allSettled([keeper?.close(), this.#opening]);
  }

  async #open(): Promise<Draft | null> {
    const keeper = await this.#find();
    try {
      const draft = keeper && (await this.#restore(keeper));
      // Who has signed out is handed nothing.
      if (this.#isClosed) await keeper?.close();
      else this.#keeper = keeper;
      return this.#isClosed ? null : draft;
    } catch (error) {
      await keeper?.close();
      throw error;
    }
  }

  async #restore(keeper: DraftKeeper): Promise<Draft | null> {
    if (!this.#isDiscarded) return keeper.restore();
    this.#isDiscarded = false;
    keeper.clear();
    return null;
  }

  async #find(): Promise<DraftKeeper | null> {
    const [{ DraftKeeper }, isOurs] = await Promise.all([import('./draft-keeper'), this.mayOpen()]);
    // A user who has signed out has no database any more.
    if (!isOurs || this.#isClosed) return null;
    const keeper = await DraftKeeper.open(this.user, this.place);
    // Some browsers don't open it for a while. What is there isn't taken for nothing.
    if (!keeper && this.isExpected) throw new Error('not opened');
    return keeper;
  }
}
