// Signing out by the button: what waits is sent before. What can't be sent, or is still on its way, would be lost: then one is asked.

import type { Outbox } from './outbox.svelte';
import type { Session } from './session.svelte';

interface Deps {
  session: Pick<Session, 'signOut'>;
  outbox: Pick<Outbox, 'waiting' | 'flush'>;
  /** Shares and edits that were sent off and haven't arrived. */
  app: { readonly underWay: number };
}

export class SignOut {
  /** It is asked whether to leave though not all is sent. */
  asking = $state(false);
  /** How much would be lost, when that was asked: comments with reactions, and shares with edits. */
  lost = $state.raw({ said: 0, shares: 0 });

  constructor(private readonly deps: Deps) {}

  async leave(): Promise<void> {
    const { app, outbox, session } = this.deps;
    if (outbox.waiting.length > 0) await outbox.flush();
    this.lost = { said: outbox.waiting.length, shares: app.underWay };
    this.asking = this.lost.said + this.lost.shares > 0;
    if (!this.asking) await session.signOut();
  }
}
