// Texts that were begun in this window of the browser: each window has its own, which outlives a reload of it. What a window has left
// that was closed is taken up by the one in which it is wanted next.

import { freshKey } from '../api/key';
import { scoped } from '../dom/base';
import { all, on } from '../dom/events';
import { own } from '../dom/own';
import { readHere, writeHere } from '../dom/storage';
import { draftsAt, keepDraft, readDraft, windowsOfDrafts } from '../forms/drafts';

/** Where this window keeps its name for a reload, and what the lock of an open window is called before that name. */
const NAME = 'window';
const LOCK = 'window.';

export class WindowDrafts {
  #name = freshKey();
  #finding: Promise<void> | null = null;
  /** Windows that have left something and are closed. Browsers say it of none over plain HTTP: there, a draft goes to whichever window
  wants it. */
  #closed: ReadonlySet<string> = new Set();
  #release: (() => void) | null = null;

  /** Runs until the returned function is called. */
  start(): () => void {
    const look = () => void this.look();
    // Who closes a window comes to another one next.
    return all(
      on(window, 'focus', look),
      on(document, 'visibilitychange', look),
      () => this.#release?.(),
    );
  }

  /** Finds out which windows are closed. To be called before the first draft is read, and where one that was just closed matters. */
  async look(): Promise<void> {
    await (this.#finding ??= this.#find());
    if (!('locks' in navigator)) return;
    // Those first: a window that is opened meanwhile has left nothing yet.
    const names = windowsOfDrafts();
    const { held = [] } = await navigator.locks.query().catch(() => ({ held: names.map((name) => ({ name: scoped(LOCK + name) })) }));
    const open = new Set(held.map(({ name }) => name));
    this.#closed = new Set(names.filter((name) => !open.has(scoped(LOCK + name))));
  }

  /** What was begun at a place in this window, or in one that was closed; null if nothing was. */
  read(user: number, place: string, parts: readonly string[] = []): string | null {
    const from = this.#from(user, place);
    if (from === null) return null;
    if (from !== this.#at(place)) this.#takeUp(user, from, place, parts);
    return readDraft(user, this.#at(place));
  }

  /** A part of what is begun at a place, such as the key under which that was sent. */
  part(user: number, place: string): string | null {
    return readDraft(user, this.#at(place));
  }

  /** Whether there is something to be read. */
  has(user: number, place: string): boolean {
    return this.#from(user, place) !== null;
  }

  /** Keeps a draft of this window; null, or only whitespace, removes it. */
  keep(user: number, place: string, text: string | null): void {
    keepDraft(user, this.#at(place), text);
  }

  #at = (place: string) => `${place}@${this.#name}`;

  /** Where a draft is: here, in a window that was closed, or where versions of the app before this one kept it. */
  #from(user: number, place: string): string | null {
    if (readDraft(user, this.#at(place)) !== null) return this.#at(place);
    if (readDraft(user, place) !== null) return place;
    const left = draftsAt(user, place).find((name) => !('locks' in navigator) || this.#closed.has(name));
    return left === undefined ? null : `${place}@${left}`;
  }

  /** Parts go along, also those that aren't there: they say so of their draft. */
  #takeUp(user: number, from: string, place: string, parts: readonly string[]): void {
    const suffix = from.slice(place.length);
    for (const each of [place, ...parts]) {
      const text = readDraft(user, each + suffix);
      // First, so that there is space for it where the browser has none left.
      keepDraft(user, each + suffix, null);
      keepDraft(user, this.#at(each), text);
    }
  }

  /** The name that this window had before it was reloaded, unless it is a copy of one that is open. */
  async #find(): Promise<void> {
    const known = readHere(NAME);
    if (known !== null && (await this.#claim(known))) return;
    await this.#claim(this.#name);
    writeHere(NAME, this.#name);
  }

  async #claim(name: string): Promise<boolean> {
    if ('locks' in navigator) {
      this.#release = await own(LOCK + name).catch(() => null);
      if (!this.#release) return false;
    }
    this.#name = name;
    return true;
  }
}
