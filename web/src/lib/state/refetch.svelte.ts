// When a page reads what it shows.

import { untrack } from 'svelte';

import { all, on } from '../dom/events';
import { useApp } from './app.svelte';

/** Reads now, and again each time that the server is back. To be called while a component is made. */
export function refetchOnReconnect(read: () => void): void {
  const { connection } = useApp();
  $effect(() => {
    void connection.reconnects;
    // State that the request itself reads doesn't trigger another one.
    untrack(read);
  });
}

/** Calls `look` every `every` milliseconds, and when the reader comes back to the page; not while it isn't visible. To be
called while a component is made. */
export function refetchWhileVisible(look: (returned: boolean) => void, every = 10_000): void {
  const { connection } = useApp();
  const ask = (returned: boolean) => document.visibilityState === 'visible' && !connection.lost && look(returned);
  const returned = () => ask(true);
  $effect(() => {
    const timer = setInterval(() => ask(false), every);
    return all(() => clearInterval(timer), on(window, 'focus', returned), on(document, 'visibilitychange', returned));
  });
}
