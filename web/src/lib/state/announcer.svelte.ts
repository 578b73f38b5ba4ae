// What screen readers announce.

/** A screen reader has noticed a sentence after so many milliseconds, and reads it even if another one follows. */
const APART = 1_000;
/** Where more happens than can be said, the last is said. */
const MAX_WAITING = 4;

export class Announcer {
  text = $state('');

  #waiting: string[] = [];
  #isTaken = false;

  /** Says a sentence as soon as nothing else is being said. The same sentence twice is said twice. */
  say(sentence: string): void {
    this.#waiting = [...this.#waiting, sentence].slice(-MAX_WAITING);
    if (!this.#isTaken) this.#next();
  }

  /** Another user is here: what was said isn't there to be read any more. */
  clear(): void {
    this.#waiting = [];
    this.text = '';
  }

  #next(): void {
    const sentence = this.#waiting.shift();
    this.#isTaken = sentence !== undefined;
    if (sentence === undefined) return;
    this.text = this.text === sentence ? `${sentence}\u00a0` : sentence;
    setTimeout(() => this.#next(), APART);
  }
}
