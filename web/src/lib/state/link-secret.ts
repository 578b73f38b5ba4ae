// The secret of the link that led here. It is after the `#`, which browsers don't send; it is kept for as long as the
// page is open, and nowhere else.

/** What a secret consists of, after the `#`, or what some programs make of that. Before and after it there may be what belongs
 * to the sentence around a link, as it is or percent-encoded: a full stop, a bracket, a space. */
const SECRET = /(?:#|%23)(?:%[\da-f]{2}|[^\w-])*([\w-]{1,43})/i;

export class LinkSecret {
  #kept: string | null = null;

  /** Takes the secret out of an address; returns the previous one if it has none. */
  of({ pathname, hash }: { pathname: string; hash: string }): string | null {
    this.#kept = SECRET.exec(pathname + hash)?.[1] ?? this.#kept;
    return this.#kept;
  }

  /** It has done its work. */
  forget(): void {
    this.#kept = null;
  }
}
