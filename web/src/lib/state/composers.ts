// The shares in the making of all spaces.

import { spacesGoing } from '../forms/drafts';
import { BySpace } from './by-space';
import { Composer, type Deps } from './composer.svelte';

/** The shares in the making of all spaces. */
export class Composers extends BySpace<Composer> {
  constructor(private readonly deps: Deps) {
    super((space) => new Composer(space, deps));
  }

  /** Goes on with what was sent off before the page was reloaded, whatever page is shown by now. */
  resume(): void {
    for (const space of spacesGoing(this.deps.session.me.id)) this.of(space);
  }

  /** Sends what waits for the connection, and loads what couldn't be loaded, whatever page is shown by now. */
  sendWaiting(): void {
    for (const composer of this.all()) composer.reconnected();
  }

  /** Whether leaving the page now would lose something or stop it on its way. */
  get hasUnsent(): boolean {
    return this.all().some((each) => !each.isKept);
  }

  /** How many are sent off and haven't arrived. */
  get underWay(): number {
    return this.all().filter(({ state }) => state !== 'writing').length;
  }

  override clear(): void {
    for (const composer of this.all()) composer.leave();
    super.clear();
  }
}
