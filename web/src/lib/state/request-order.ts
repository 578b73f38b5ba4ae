// Responses may come in another order than their requests, and after something was changed here.

export class RequestOrder {
  #now = 0;
  /** Requests from before this don't reflect what is shown by now. */
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

  /** Returns whether a response may be used; if so, those of earlier requests may not any more. */
  takes(turn: number): boolean {
    if (turn < this.#since) return false;
    this.#since = turn;
    return true;
  }
}
