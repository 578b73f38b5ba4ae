// Answers may come in another order than they were asked for, and later than something was changed here.

export class RequestOrder {
  #now = 0;
  /** What was asked for before this doesn't know of what is shown by now. */
  #since = 0;

  /** Begins to ask; the number goes with the answer. */
  begin(): number {
    this.#now += 1;
    return this.#now;
  }

  /** Something was changed that answers to questions of before don't know of. */
  changed(): void {
    this.#since = this.begin();
  }

  /** Tells whether an answer may be taken; then those that were asked for earlier may not any more. */
  takes(turn: number): boolean {
    if (turn < this.#since) return false;
    this.#since = turn;
    return true;
  }
}
