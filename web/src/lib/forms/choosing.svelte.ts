// What is chosen by a tap and saved as it is chosen, also while the choice before is on its way.

import { Submission } from './submission.svelte';

export class Choosing<T extends object> {
  /** What was chosen, until the server has it. */
  chosen = $state.raw<Partial<T>>({});
  #saving = new Submission();

  constructor(private readonly save: (chosen: Partial<T>) => Promise<void>) {}

  /** Why the last choice couldn't be saved. */
  get error(): unknown {
    return this.#saving.error;
  }

  /** Shown as chosen at once, and as it was before if that can't be saved. */
  choose(change: Partial<T>): Promise<void> {
    this.chosen = { ...this.chosen, ...change };
    return this.#saving.run(() => this.#saveAll());
  }

  async #saveAll(): Promise<void> {
    try {
      for (let saved; saved !== this.chosen; ) {
        saved = this.chosen;
        await this.save(saved);
      }
    } finally {
      this.chosen = {};
    }
  }
}
