// The galleries of all spaces that one has been in: of all that they have, and of photos and videos alone.

import type { DatedBy } from '../photos/dates';
import { BySpace } from './by-space';
import type { Deletions } from './deletions.svelte';
import { type Asked, Gallery } from './gallery.svelte';
import type { News } from './news';
import type { Kinds } from './routes';

export class Galleries {
  readonly #known: Record<NonNullable<Kinds> | 'all', BySpace<Gallery>>;

  constructor(api: Asked, deletions: Pick<Deletions, 'isHidden'>, by: DatedBy = 'shared') {
    const of = (kinds: Kinds) => new BySpace((space: number) => new Gallery(space, by, kinds, api, deletions));
    this.#known = { all: of(null), photo: of('photo'), video: of('video') };
  }

  of(space: number, kinds: Kinds = null): Gallery {
    return this.#known[kinds ?? 'all'].of(space);
  }

  /** Brings what was read up to date with what has happened. */
  hear({ kind, data }: News): void {
    if (kind === 'share.created' || kind === 'share.edited') this.#in(data.space_id, (gallery) => gallery.hear(data));
    else if (kind === 'share.deleted') this.drop(data.space_id, data.id);
    else if (kind === 'media.ready') {
      const { space_id, share_id, ...medium } = data;
      this.#in(space_id, (gallery) => gallery.take(share_id, medium));
    }
  }

  /** A share of a space is gone, and its photos with it. */
  drop(space: number, share: number): void {
    this.#in(space, (gallery) => gallery.drop(share));
  }

  /** Forgets what was read of a space: the dates of photos may have changed. */
  forget(space: number): void {
    this.#in(space, (gallery) => gallery.forget());
  }

  clear(): void {
    for (const each of this.#all) each.clear();
  }

  #in(space: number, task: (gallery: Gallery) => void): void {
    for (const each of this.#all) task(each.of(space));
  }

  get #all(): BySpace<Gallery>[] {
    return Object.values(this.#known);
  }
}
