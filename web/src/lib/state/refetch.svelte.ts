// When a page reads what it shows.

import { untrack } from 'svelte';

import { all, on } from '../dom/events';
import { useApp } from './app.svelte';
import type { News } from './news';
import { Soon } from './soon';

/** How often it is read where changes don't arrive by themselves: some proxies keep back what doesn't end. */
const POLL_EVERY = 20_000;

/** Reads now, and again each time that the server is back. To be called while a component is made. */
export function refetchOnReconnect(read: () => void): void {
  const { connection } = useApp();
  $effect(() => {
    void connection.reconnects;
    // State that the request itself reads doesn't trigger another one.
    untrack(read);
  });
}

/** Calls `look` soon after something has happened that concerns what is shown; what happens while the page isn't visible, when one
comes back to it. To be called while a component is made. */
export function refetchOnNews(look: () => void, concerns: (news: News) => boolean = () => false): void {
  const { connection, live } = useApp();
  const isSeen = () => document.visibilityState === 'visible';
  let isDue = false;
  const soon = new Soon(() => {
    isDue = !isSeen();
    if (!isDue && !connection.lost) look();
  });
  $effect(() =>
    all(
      live.on((news) => {
        if (news.kind === 'anything' || concerns(news)) soon.ask();
      }),
      on(document, 'visibilitychange', () => isDue && isSeen() && soon.ask()),
      () => soon.end(),
    ),
  );
  $effect(() => {
    if (live.works) return;
    const timer = setInterval(() => isSeen() && soon.ask(), POLL_EVERY);
    const returned = () => isSeen() && soon.ask();
    return all(() => clearInterval(timer), on(window, 'focus', returned), on(document, 'visibilitychange', returned));
  });
}
