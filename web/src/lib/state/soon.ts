// What several things ask for in quick succession is done once.

/** In milliseconds: how long others may still join in, and what lies at least between two times. */
const [JOIN, APART] = [100, 1_500];

export class Soon {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #doneAt = -Infinity;

  constructor(
    private readonly task: () => void,
    private readonly apart = APART,
  ) {}

  /** Does it in a moment: not all who hear of something at once are to ask at once. */
  ask(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(JOIN, this.#doneAt + this.apart - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#doneAt = Date.now();
      this.task();
    }, wait * (1 + Math.random() / 4));
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
