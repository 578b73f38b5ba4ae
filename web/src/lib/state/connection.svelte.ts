// Whether the server can be reached. SingleFlight it can't, it is asked again and again, quietly, until it answers.

import { health } from '../api/client';
import type { ApiError } from '../api/errors';

const FIRST_WAIT = 1_500;
const LONGEST_WAIT = 20_000;

class Connection {
  lost = $state(false);
  /** Goes up each time that the server is back; who shows something of it asks anew then. */
  reconnects = $state(0);

  #back: (() => void)[] = [];
  #wait = FIRST_WAIT;
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    addEventListener('online', () => void this.#ask());
    addEventListener('offline', () => this.#lose());
    document.addEventListener('visibilitychange', () => {
      if (this.lost && document.visibilityState === 'visible') void this.#ask();
    });
  }

  /** Does this each time that the server is back. */
  onReconnect(task: () => void): void {
    this.#back.push(task);
  }

  /** Takes note of how a request went. */
  observe(error: ApiError | null): void {
    if (error?.unreachable) this.#lose();
    else this.#return();
  }

  #lose(): void {
    if (!this.lost) this.#wait = FIRST_WAIT;
    this.lost = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.6, LONGEST_WAIT);
  }

  #return(): void {
    clearTimeout(this.#timer);
    if (!this.lost) return;
    this.lost = false;
    this.reconnects += 1;
    for (const task of this.#back) task();
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    // How it went is heard by `observe`, like every answer.
    await health().catch(() => undefined);
  }
}

export const connection = new Connection();
