// Something that is read from the server as a whole: what was read last stays while it is read again.

import { RequestOrder } from './request-order';
import { SingleFlight } from './single-flight';

export class Reading<T> {
  /** Null until it was read once. */
  value = $state.raw<T | null>(null);
  loading = $state(false);
  /** Why it couldn't be read the last time. */
  error = $state.raw<unknown>(null);

  #turns = new RequestOrder();
  #open = 0;
  #flight = new SingleFlight();

  /** `isSlow`: the server does it for one at a time, and so it isn't asked for again before it has answered. */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly isSlow = false,
  ) {}

  /** Reads it again. A refusal is in `error`, and what was read before stays. */
  load = (): Promise<void> => (this.isSlow ? this.#flight.run(() => this.#load()) : this.#load());

  async #load(): Promise<void> {
    const turn = this.#turns.begin();
    this.#open += 1;
    this.loading = true;
    try {
      const value = await this.read();
      if (!this.#turns.takes(turn)) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (this.#turns.takes(turn)) this.error = error;
    } finally {
      this.#open -= 1;
      this.loading = this.#open > 0;
    }
  }

  /** Shows what was changed on the server, and reads it again: what is being read may be from before that. */
  change(update: (value: T) => T): Promise<void> {
    this.#turns.changed();
    if (this.value !== null) this.value = update(this.value);
    return this.load();
  }

  clear(): void {
    this.#turns.changed();
    this.value = null;
    this.error = null;
  }
}
