// When a page reads what it shows.

import { untrack } from 'svelte';

import { connection } from './connection.svelte';

/** Reads now, and again each time that the server is back. To be called while a component is made. */
export function whenReachable(read: () => void): void {
  $effect(() => {
    void connection.returns;
    // What the reading itself looks at is no reason to read again.
    untrack(read);
  });
}
