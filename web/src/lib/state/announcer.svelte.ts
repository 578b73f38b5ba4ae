// What screen readers announce.

export class Announcer {
  text = $state('');

  /** Says a sentence as soon as nothing else is being said. The same sentence twice is said twice. */
  say(sentence: string): void {
    this.text = this.text === sentence ? `${sentence}\u00a0` : sentence;
  }
}
