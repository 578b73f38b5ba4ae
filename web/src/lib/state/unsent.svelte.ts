// What couldn't be sent yet, as all windows of a browser have it, for the user who is here.

import { scoped } from '../dom/base';
import { OutboxStore, type UnsentComment, type UnsentItem, type UnsentReaction } from './outbox-store';
import type { Session } from './session.svelte';

/** What is open for one user. */
export interface Open {
  user: number;
  store: OutboxStore;
  windows: BroadcastChannel;
}

export class Unsent {
  /** What waits, the first first. */
  waiting = $state.raw<readonly UnsentItem[]>([]);

  #opening: { user: number; open: Promise<Open | null> } | null = null;

  constructor(private readonly session: Pick<Session, 'user'>) {}

  /** Those in a space to shares that aren't among these. */
  elsewhere(space: number, shares: ReadonlySet<number>): UnsentComment[] {
    return this.waiting.filter((each) => each.kind === 'comment').filter((each) => each.space === space && !shares.has(each.share));
  }

  comments(share: number): UnsentComment[] {
    return this.waiting.filter((each) => each.kind === 'comment').filter((each) => each.share === share);
  }

  reactions(target: UnsentReaction['target']): UnsentReaction[] {
    return this.waiting.filter((each) => each.kind === 'reaction').filter((each) => each.target === target);
  }

  /** What is kept for the user who is here; null where nothing can be. */
  protected async open(): Promise<Open | null> {
    const user = this.session.user?.id;
    if (user === undefined) return null;
    if (this.#opening && this.#opening.user !== user) this.clear();
    this.#opening ??= { user, open: this.#openFor(user) };
    return this.#opening.open;
  }

  /** Whether it is yet that of the user who is here: what one has left isn't sent by another. */
  protected isHere({ user }: Open): boolean {
    return this.#opening?.user === user && this.session.user?.id === user;
  }

  async #openFor(user: number): Promise<Open | null> {
    const store = await OutboxStore.open(user);
    if (!store) return null;
    const windows = new BroadcastChannel(scoped(`outbox-${user}`));
    const open = { user, store, windows };
    windows.onmessage = () => void this.read(open);
    return open;
  }

  /** Takes what all windows have now. */
  protected async read(open: Open): Promise<void> {
    try {
      const items = await open.store.all();
      if (this.isHere(open)) this.waiting = items;
    } catch {
      // It was deleted in another window, where its user has signed out.
      if (this.#opening?.user === open.user) this.clear();
    }
  }

  /** Keeps one; false if it can't be. */
  protected async keep(open: Open, item: UnsentItem): Promise<boolean> {
    const isKept = await open.store.add(item).then(() => true, () => false);
    if (isKept) await this.#changed(open);
    return isKept;
  }

  /** Takes one out; false if it can't be, as on a full disk: sent again, it is made once. */
  protected async take(open: Open, item: UnsentItem): Promise<boolean> {
    // At once, so that it isn't seen twice.
    if (this.isHere(open)) this.waiting = this.waiting.filter((each) => each !== item);
    const isGone = await open.store.remove(item).then(() => true, () => false);
    await this.#changed(open);
    return isGone;
  }

  async #changed(open: Open): Promise<void> {
    await this.read(open);
    if (this.isHere(open)) open.windows.postMessage(null);
  }

  /** Another user is here. What is kept stays, unless its user has signed out. */
  clear(): void {
    const opening = this.#opening;
    this.#opening = null;
    this.waiting = [];
    void opening?.open.then((open) => {
      open?.windows.close();
      open?.store.close();
    });
  }
}
