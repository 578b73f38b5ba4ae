// Where one writes stays where it is on the screen when something is put above it.

/** For what contains a field: while one writes in it, what grows above it scrolls the page by as much. */
export function keepInPlace(element: HTMLElement): () => void {
  let place: number | null = null;
  const field = () => {
    const active = document.activeElement;
    return active instanceof HTMLTextAreaElement && element.contains(active) ? active : null;
  };
  const remember = () => (place = field()?.getBoundingClientRect().top ?? null);
  const observer = new MutationObserver(() => {
    const [at, before] = [field()?.getBoundingClientRect().top, place];
    // Once it has been drawn: browsers that keep the place themselves have done so by then.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const now = field()?.getBoundingClientRect().top;
        if (before !== null && at !== undefined && now !== undefined && Math.abs(now - before) > 1) scrollBy(0, now - before);
        remember();
      }),
    );
  });
  observer.observe(element, { childList: true, subtree: true });
  const listeners = new AbortController();
  for (const name of ['focusin', 'focusout', 'input']) element.addEventListener(name, remember, { signal: listeners.signal });
  window.addEventListener('scroll', remember, { signal: listeners.signal, passive: true });
  return () => {
    observer.disconnect();
    listeners.abort();
  };
}
