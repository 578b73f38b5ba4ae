// Reads once what several callers request at the same time.

export class SingleFlight {
  #running: Promise<void> | null = null;

  /** Does this, unless something is being done already: calls meanwhile wait for that. */
  run(task: () => Promise<void>): Promise<void> {
    this.#running ??= task().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Does this after the current run, which may have begun too early to include what is requested. */
  async runAfter(task: () => Promise<void>): Promise<void> {
    await this.ended();
    await this.run(task);
  }

  /** Waits until what is being done has ended. Its outcome concerns the call that started it. */
  async ended(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }
}
