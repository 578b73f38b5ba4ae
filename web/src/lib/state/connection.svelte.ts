// Whether the server can be reached. While it can't, requests are repeated, quietly, until it responds.

import type { Api } from '../api/client';
import type { ApiError } from '../api/errors';
import { all, on } from '../dom/events';

const FIRST_WAIT = 1_500;
const LONGEST_WAIT = 20_000;

export class Connection {
  lost = $state(false);
  /** Incremented each time the server is back; what shows its data then reads it again. */
  reconnects = $state(0);

  #tasks = new Set<() => void>();
  #wait = FIRST_WAIT;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly api: Pick<Api, 'health'>) {}

  /** Follows what the browser says about its network, until the returned function is called. */
  start(): () => void {
    return all(
      on(window, 'online', () => void this.check()),
      on(window, 'offline', () => this.#lose()),
      on(document, 'visibilitychange', () => {
        if (this.lost && document.visibilityState === 'visible') void this.check();
      }),
      () => clearTimeout(this.#timer),
    );
  }

  /** Calls this each time the server is back. Returns a function that ends that. */
  onReconnect(task: () => void): () => void {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Observes the outcome of a request. */
  observe(error: ApiError | null): void {
    if (error?.unreachable) this.#lose();
    else this.#return();
  }

  #lose(): void {
    if (!this.lost) this.#wait = FIRST_WAIT;
    this.lost = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.6, LONGEST_WAIT);
  }

  #return(): void {
    clearTimeout(this.#timer);
    if (!this.lost) return;
    this.lost = false;
    this.reconnects += 1;
    for (const task of this.#tasks) task();
  }

  /** Loads something, and if that fails, tries again until it is there: when the server is back, and from time to time. */
  async persist<T>(load: () => Promise<T>): Promise<T> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.6, LONGEST_WAIT)) {
      try {
        return await load();
      } catch {
        await this.#pause(wait);
      }
    }
  }

  /** Waits this long, or until the server is back if that comes sooner. */
  #pause(wait: number): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(go, wait);
      const forget = this.onReconnect(go);
    });
  }

  /** Finds out whether the server can be reached. */
  async check(): Promise<void> {
    clearTimeout(this.#timer);
    // `observe` gets the outcome, as that of every request.
    await this.api.health().catch(() => undefined);
  }
}
