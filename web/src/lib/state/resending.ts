// Sends again what couldn't be sent, each time the connection is back: a few times, later each time. Then somebody has to say so.

const FIRST_WAIT = 1000;
const RESENDS = 4;

export class Resending {
  #times = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: () => void) {}

  /** The connection is back. */
  again(): void {
    if (this.#timer !== undefined || this.#times >= RESENDS) return;
    // At once the first time; later not by all pages at the same moment.
    const wait = this.#times === 0 ? 0 : FIRST_WAIT * 2 ** this.#times * (0.5 + Math.random() / 2);
    this.#times += 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.send();
    }, wait);
  }

  /** Something else is sent, or it is sent by hand. */
  reset(): void {
    this.#times = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
