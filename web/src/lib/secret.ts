// The secret of a link that one came by. It stands behind the `#`, which browsers don't send; it is kept for as long as the
// page is open, and nowhere else.

let kept: string | null = null;

/** Takes the secret out of an address; gives the one that came before if there is none. */
export function secretOf(hash: string): string | null {
  const given = hash.replace(/^#/, '');
  if (given !== '') kept = given;
  return kept;
}

/** It has done its work. */
export function forgetSecret(): void {
  kept = null;
}
