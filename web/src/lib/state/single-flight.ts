// Reading what several ask for at the same time, once.

export class SingleFlight {
  #running: Promise<void> | null = null;

  /** Does this, unless something is being done already: calls meanwhile wait for that. */
  run(task: () => Promise<void>): Promise<void> {
    this.#running ??= task().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Does this after what is being done by now, which may have begun too early to know what is asked for. */
  async runAfter(task: () => Promise<void>): Promise<void> {
    // Its outcome concerns the call that started it.
    await this.#running?.catch(() => undefined);
    await this.run(task);
  }
}
