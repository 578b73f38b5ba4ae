// When a page reads what it shows.

import { untrack } from 'svelte';

import { connection } from './connection.svelte';

/** Reads now, and again each time that the server is back. To be called while a component is made. */
export function refetchOnReconnect(read: () => void): void {
  $effect(() => {
    void connection.reconnects;
    // What the reading itself looks at is no reason to read again.
    untrack(read);
  });
}

/** Calls `look` every `every` milliseconds, and when the reader comes back to the page; not while it isn't visible. To be
called while a component is made. */
export function refetchWhileVisible(look: (returned: boolean) => void, every = 10_000): void {
  const ask = (returned: boolean) => document.visibilityState === 'visible' && !connection.lost && look(returned);
  const returned = () => ask(true);
  $effect(() => {
    const timer = setInterval(() => ask(false), every);
    addEventListener('focus', returned);
    document.addEventListener('visibilitychange', returned);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', returned);
      document.removeEventListener('visibilitychange', returned);
    };
  });
}
