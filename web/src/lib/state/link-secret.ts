// The secret of a link that one came by. It stands behind the `#`, which browsers don't send; it is kept for as long as the
// page is open, and nowhere else.

let kept: string | null = null;

/** What a secret consists of, behind the `#`, or what some programs make of that. Behind it may stand what belongs to the
 * sentence around a link: a full stop, a bracket, a space. */
const SECRET = /(?:#|%23)([\w-]{1,43})/i;

/** Takes the secret out of an address; gives the one that came before if there is none. */
export function secretOf({ pathname, hash }: { pathname: string; hash: string }): string | null {
  kept = SECRET.exec(pathname + hash)?.[1] ?? kept;
  return kept;
}

/** It has done its work. */
export function forgetSecret(): void {
  kept = null;
}
