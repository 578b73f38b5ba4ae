// Something that is sent to the server and may be refused: whether it is under way, and why it failed.

import { untrack } from 'svelte';

export class Submission {
  busy = $state(false);
  /** What is wrong, until it is tried again. */
  error = $state.raw<unknown>(null);

  #running: Promise<void> = Promise.resolve();

  /** Does it, unless something is under way already. */
  async run(task: () => Promise<void>): Promise<void> {
    // An effect that submits must not run again because the submission has ended.
    if (untrack(() => this.busy)) return;
    this.#running = this.#do(task);
    await this.#running;
  }

  /** Does it after what is under way: each of several things that can be asked for meanwhile. */
  async runAfter(task: () => Promise<void>): Promise<void> {
    while (untrack(() => this.busy)) await this.#running;
    await this.run(task);
  }

  async #do(task: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await task();
    } catch (refusal) {
      this.error = refusal;
    } finally {
      this.busy = false;
    }
  }

  /** For a form, which does this when it is sent. */
  form(task: () => Promise<void>): (event: SubmitEvent) => void {
    return (event) => {
      event.preventDefault();
      void this.run(task);
    };
  }

  /** The error is being corrected. */
  clear = (): void => {
    this.error = null;
  };
}
