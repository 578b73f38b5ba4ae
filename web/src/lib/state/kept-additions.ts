// The new photos of an edit as this browser keeps them, for one window. Those that the share has already aren't taken up again.

import { own } from '../dom/own';
import type { Draft } from './draft-keeper';
import { KeptPhotos } from './kept-photos';

export class KeptAdditions extends KeptPhotos {
  private constructor(
    user: number,
    place: string,
    mayOpen: () => Promise<boolean>,
    private readonly landed: () => Promise<ReadonlySet<number>>,
    private readonly release: () => void,
  ) {
    super(user, place, mayOpen);
  }

  /** Those of a user at a place; `landed` finds out which of them the share has. */
  static at(user: number, place: string, landed: () => Promise<ReadonlySet<number>>): KeptAdditions {
    let release: (() => void) | null = null;
    const mayOpen = async () => {
      release ??= await own(`draft.${user}.${place}`).catch(() => null);
      return release !== null;
    };
    return new KeptAdditions(user, place, mayOpen, landed, () => release?.());
  }

  override async open(): Promise<Draft | null> {
    const draft = await super.open();
    if (!draft) return null;
    const landed = await this.landed();
    for (const id of landed) this.remove(id);
    return { ...draft, photos: draft.photos.filter(({ id }) => !landed.has(id)) };
  }

  override async close(): Promise<void> {
    await super.close();
    this.release();
  }
}
