// The words of a share in the making as this browser keeps them, and the key under which it was last sent. One window has the draft
// of a space: others begin with an empty one, which isn't kept, so that two windows don't write over each other.

import { freshKey } from '../api/key';
import { own } from '../dom/own';
import { keepDraft, places, readDraft } from '../forms/drafts';

export class DraftWords {
  /** Of the share as it is now. */
  key: string;
  /** It was sent under this key before the page was reloaded, and may have arrived. */
  wasSent: boolean;
  /** It was sent off before the page was reloaded, whether or not its photos had arrived, and goes on by itself. */
  wasGoing: boolean;

  /** Whether this window has the draft; null while that isn't known. Browsers say it of no window over plain HTTP: all keep it. */
  #isHere: boolean | null = 'locks' in navigator ? null : true;
  #claiming: Promise<boolean> | null = null;
  #release: (() => void) | null = null;
  #isLeft = false;
  /** What was written before it was known which window has it. */
  #pending: (() => void)[] = [];

  constructor(
    private readonly user: number,
    private readonly space: number,
  ) {
    [this.key, this.wasSent, this.wasGoing] = this.#kept;
  }

  get text(): string {
    return readDraft(this.user, places.newShare(this.space)) ?? '';
  }

  /** Whether a reload would take nothing of what is written here. */
  get isKept(): boolean {
    return this.#isHere !== false;
  }

  /** Whether it can be said of this window that it is the only one that has the draft. */
  get isAlone(): boolean {
    return this.#release !== null;
  }

  /** Makes this window the one that has it, unless another one is; returns whether it is. */
  claim(): Promise<boolean> {
    return (this.#claiming ??= this.#claim());
  }

  async #claim(): Promise<boolean> {
    if (this.#isHere === null) this.#isHere = await this.#own();
    // What is on its way from another window is not what is written here.
    if (!this.#isHere) this.#renew();
    for (const keep of this.#pending.splice(0)) keep();
    return this.#isHere;
  }

  /** Waits until no other window has it. Then this one has it and takes up what is there, if it still wants that; returns whether
  it does. */
  async inherit(isWanted: () => boolean): Promise<boolean> {
    this.#isHere = (await this.#own(Infinity)) && isWanted();
    if (this.#isHere) [this.key, this.wasSent, this.wasGoing] = this.#kept;
    else this.#letGo();
    return this.#isHere;
  }

  write(text: string): void {
    this.#keep(places.newShare, text);
  }

  /** It is sent off, or isn't any more. */
  go(isGoing: boolean): void {
    this.wasGoing = isGoing;
    this.#keep(places.going, isGoing ? '1' : null);
  }

  /** It is sent now. */
  send(): void {
    this.#keep(places.key, this.key);
  }

  /** Another text or photo is another share. */
  change(): void {
    this.#renew();
    this.#keep(places.key, null);
    this.#keep(places.going, null);
  }

  /** Leaves it to other windows as it is, once its photos are let go: nothing is kept from here on. */
  leave(photos: Promise<void>): void {
    this.#isLeft = true;
    void photos.finally(() => this.#letGo());
  }

  get #kept(): [key: string, wasSent: boolean, wasGoing: boolean] {
    const sent = readDraft(this.user, places.key(this.space));
    return [sent ?? freshKey(), sent !== null, readDraft(this.user, places.going(this.space)) !== null];
  }

  #renew(): void {
    [this.key, this.wasSent, this.wasGoing] = [freshKey(), false, false];
  }

  #keep(place: (space: number) => string, value: string | null): void {
    if (this.#isLeft) return;
    if (this.#isHere === null) this.#pending.push(() => this.#keep(place, value));
    else if (this.#isHere) keepDraft(this.user, place(this.space), value);
  }

  #letGo(): void {
    this.#release?.();
    this.#release = null;
  }

  async #own(timeout?: number): Promise<boolean> {
    try {
      const release = await own(`draft.${this.user}.${places.newShare(this.space)}`, timeout);
      if (this.#isLeft) release?.();
      else this.#release = release;
      return this.#release !== null;
    } catch {
      return !this.#isLeft;
    }
  }
}
