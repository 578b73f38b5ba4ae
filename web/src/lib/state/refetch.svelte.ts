// When a page reads what it shows.

import { untrack } from 'svelte';

import { all, on } from '../dom/events';
import { useApp } from './app.svelte';
import type { News } from './news';
import { Soon } from './soon';
import type { OpenSpace } from './space.svelte';

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

/** Reads again when a space that couldn't be shown can be: of what happened there meanwhile, nothing was heard. To be called while a
component is made. */
export function refetchOnReturn(space: () => Pick<OpenSpace, 'id' | 'error'> | null, read: () => void): void {
  let closed: number | null = null;
  $effect(() => {
    const { id, error } = space() ?? { id: null, error: null };
    if (!error && closed === id && id !== null) untrack(read);
    closed = error ? id : null;
  });
}

/** Calls `look` soon after something has happened that concerns what is shown; what happens while the page isn't visible, when one
comes back to it. It is told whether anything may have happened, unheard. To be called while a component is made. */
export function refetchOnNews(look: (anything: boolean) => void, concerns: (news: News) => boolean = () => false): void {
  const { connection, live } = useApp();
  const isSeen = () => document.visibilityState === 'visible';
  let isDue = false;
  let isAnything = false;
  const soon = new Soon(() => {
    isDue = !isSeen();
    if (isDue || connection.lost) return;
    look(isAnything);
    isAnything = false;
  });
  const poll = () => {
    if (!isSeen()) return;
    isAnything = true;
    soon.ask();
  };
  $effect(() =>
    all(
      live.on((news) => {
        isAnything ||= news.kind === 'anything';
        if (news.kind === 'anything' || concerns(news)) soon.ask();
      }),
      on(document, 'visibilitychange', () => isDue && isSeen() && soon.ask()),
      () => soon.end(),
    ),
  );
  $effect(() => {
    if (live.works) return;
    const timer = setInterval(poll, POLL_EVERY);
    return all(() => clearInterval(timer), on(window, 'focus', poll), on(document, 'visibilitychange', poll));
  });
}
