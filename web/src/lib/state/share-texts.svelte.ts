// The words of shares whose photos are looked at: a list of photos doesn't have them.

import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

import * as api from '../api/client';

export class Texts {
  #known = new SvelteMap<number, string>();

  /** The words of a share; null while they aren't known. */
  of(share: number): string | null {
    return this.#known.get(share) ?? null;
  }

  /** Reads them, once. */
  async read(share: number): Promise<void> {
    // Who reads in an effect doesn't want to read again because it was read.
    if (untrack(() => this.#known.has(share))) return;
    // Without an answer, the way to the share is still there.
    const found = await api.share(share).catch(() => null);
    if (found) this.#known.set(share, found.text);
  }
}
