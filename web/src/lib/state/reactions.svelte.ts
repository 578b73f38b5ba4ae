// What one has tapped, until the server has it: it is shown at once, and the last tap counts.

import { SvelteMap } from 'svelte/reactivity';

import { isAtDoor, isForLater } from '../api/errors';
import type { TalkApi, Target } from '../api/talk';
import type { ReactionCount } from '../api/types';
import { baseOf } from '../format/emoji';

/** Reactions with mine among them, or without it. */
export function withMine(counts: readonly ReactionCount[], emoji: string, mine: boolean): ReactionCount[] {
  const base = baseOf(emoji);
  const found = counts.find((each) => each.emoji === base);
  if (!found) return mine ? [...counts, { emoji: base, count: 1, mine: true }] : [...counts];
  if (found.mine === mine) return [...counts];
  const changed = { ...found, mine, count: found.count + (mine ? 1 : -1) };
  return counts.map((each) => (each === found ? changed : each)).filter(({ count }) => count > 0);
}

export interface Wish {
  /** Whose it is. */
  user: number;
  share: number;
  target: Target;
  emoji: string;
  mine: boolean;
}

/** Where a tap waits that can't be sent now. */
interface Later {
  /** Whether it may be sent at once. */
  mayReact: (target: Target, emoji: string) => boolean;
  /** Keeps it; false where nothing can be kept. */
  keep: (wish: Wish) => Promise<boolean>;
}

interface Handlers {
  /** The server has it. */
  onsettled: (emoji: string, mine: boolean) => void;
  /** It was refused, or didn't arrive: what is shown is as it was. */
  onrefused: (error: unknown) => void;
}

export class Reactions {
  #wishes = new SvelteMap<string, Wish>();
  #sending = new Set<string>();

  constructor(
    private readonly api: Pick<TalkApi, 'react'>,
    private readonly later: Later,
  ) {}

  /** What a target has, with what was tapped and isn't there yet. */
  shown(target: Target, counts: readonly ReactionCount[]): ReactionCount[] {
    let shown = [...counts];
    for (const wish of this.#wishes.values()) if (wish.target === target) shown = withMine(shown, wish.emoji, wish.mine);
    return shown;
  }

  /** Reacts or takes it back, whichever isn't so. Taps in quick succession end in the last one. */
  async set(made: Wish, { onsettled, onrefused }: Handlers): Promise<void> {
    const key = `${made.target} ${baseOf(made.emoji)}`;
    this.#wishes.set(key, made);
    if (this.#sending.has(key)) return;
    const sending = this.#sending.add(key);
    const isHere = () => sending === this.#sending;
    try {
      while (isHere()) {
        const wish = this.#wishes.get(key);
        if (!wish) return;
        const isThere = await this.#send(wish, isHere);
        // Tapped again while it was under way, it goes on.
        const latest = this.#wishes.get(key);
        if (!isHere() || latest?.mine !== wish.mine || latest.emoji !== wish.emoji) continue;
        if (isThere) onsettled(wish.emoji, wish.mine);
        this.#wishes.delete(key);
        return;
      }
    } catch (error) {
      if (!isHere()) return;
      this.#wishes.delete(key);
      onrefused(error);
    } finally {
      sending.delete(key);
    }
  }

  /** Whether the server has it; if not, it waits, or another user is here. */
  async #send(wish: Wish, isHere: () => boolean): Promise<boolean> {
    if (!this.later.mayReact(wish.target, wish.emoji) && (await this.later.keep(wish))) return false;
    // It would be a reaction of that one.
    if (!isHere()) return false;
    try {
      await this.api.react(wish.target, wish.emoji, wish.mine);
      return true;
    } catch (error) {
      if (isForLater(error) && !isAtDoor(error) && (await this.later.keep(wish))) return false;
      throw error;
    }
  }

  /** Another user is here: what is under way ends. */
  clear(): void {
    this.#wishes.clear();
    this.#sending = new Set();
  }
}
