// Something that goes on at the server, which doesn't say when it ends.

const EVERY = 2_000;

/** Reads again and again while this returns true, and the page is visible. To be called while a component is made. */
export function pollWhile(isRunning: () => boolean, read: () => Promise<void>): void {
  $effect(() => {
    if (!isRunning()) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && void read(), EVERY);
    return () => clearInterval(timer);
  });
}
