// The words of shares whose photos are looked at: a list of photos doesn't have them.

import { SvelteMap } from 'svelte/reactivity';

import type { Api } from '../api/client';
import { isGone } from '../api/errors';
import type { Share } from '../api/types';
import { RequestOrder } from './request-order';

export class ShareTexts {
  #known = new SvelteMap<number, string>();
  #captions = new SvelteMap<number, string | null>();
  #comments = new SvelteMap<number, number>();
  #orders = new Map<number, RequestOrder>();

  constructor(private readonly api: Pick<Api, 'share'>) {}

  /** The words of a share; null while they aren't known. */
  of(share: number): string | null {
    return this.#known.get(share) ?? null;
  }

  /** How many comments it has; 0 while that isn't known. */
  commentsOn(share: number): number {
    return this.#comments.get(share) ?? 0;
  }

  /** The text under a photo; `before` while its share isn't known. */
  captionOf(photo: number, before: string | null): string | null {
    return this.#captions.has(photo) ? (this.#captions.get(photo) ?? null) : before;
  }

  /** Reads a share as it is now, if it isn't gone; null without a response, or if a later one arrived first. */
  async read(share: number): Promise<Share | 'gone' | null> {
    const order = this.#orders.get(share) ?? new RequestOrder();
    this.#orders.set(share, order);
    const turn = order.begin();
    // Without a response, what was known stays, and so does the link to the share.
    const found = await this.api.share(share).catch((error: unknown) => (isGone(error) ? ('gone' as const) : null));
    if (!found || !order.takes(turn)) return null;
    if (found === 'gone') return found;
    this.#known.set(share, found.text);
    this.#comments.set(share, found.comments.count);
    for (const { id, caption } of found.media) this.#captions.set(id, caption);
    return found;
  }
}
