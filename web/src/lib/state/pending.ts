// Waiting for work that is under way.

/** Work that is under way, all of which can be waited for. */
export class Pending {
  #all: Promise<unknown> = Promise.resolve();

  async add(work: Promise<void>): Promise<void> {
    this.#all = Promise.allSettled([this.#all, work]);
    await work;
  }

  /** Resolves when all of it has ended, however it did. */
  async settled(): Promise<void> {
    await this.#all;
  }
}
