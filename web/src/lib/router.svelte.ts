// Where one is. Links are plain `<a href>`; the router takes the clicks on those that stay inside the app.

import { tick } from 'svelte';

import { match, type Route } from './routes';

/** What the history keeps with each address. */
interface Entry {
  key: number;
  /** Where one came from, if that was in the app. */
  from: string | null;
}

class Router {
  /** The path with its query. */
  url = $state('/app/');
  route: Route = $derived(match(this.url.split('?')[0] ?? ''));
  /** How often one has gone somewhere since the page was opened; 0 on the first page. */
  visits = $state(0);

  #entry: Entry = { key: 0, from: null };
  /** Takes away what lies over the page, if something does. */
  #uncovered: (() => void) | null = null;
  #scrolls = new Map<number, number>();

  start(): void {
    history.scrollRestoration = 'manual';
    this.url = location.pathname + location.search;
    this.#entry = (history.state as Entry | null) ?? entry(null);
    history.replaceState(this.#entry, '');
    addEventListener('popstate', (event) => void this.#popped(event));
    addEventListener('scroll', () => this.#scrolls.set(this.#entry.key, scrollY), { passive: true });
    addEventListener('click', (event) => this.#clicked(event));
  }

  /** Goes to a path of the app. With `replace`, the way back leads past where one is now. */
  go(path: string, { replace = false } = {}): void {
    // What lies over the page is left for good: the way back leads to the page.
    if (this.#takeCover() || replace) {
      history.replaceState(this.#entry, '', path);
    } else {
      this.#entry = entry(this.url);
      history.pushState(this.#entry, '', path);
    }
    void this.#show(path, 0);
  }

  /** Goes up to `path`: back, if one came from there, so that it is as one left it. */
  up(path: string): void {
    if (this.#entry.from === path) history.back();
    else this.go(path);
  }

  /** Something was laid over the page that has an address of its own. The way back leads to the page again, which stays
  as it is meanwhile; `uncovered` is called then. */
  cover(path: string, uncovered: () => void): void {
    this.#entry = entry(this.url);
    history.pushState(this.#entry, '', path);
    this.#uncovered = uncovered;
  }

  /** What lies over the page has another address now. */
  moveCover(path: string): void {
    if (this.#uncovered) history.replaceState(this.#entry, '', path);
  }

  /** Goes back to the page, if something lies over it. */
  uncover(): void {
    if (this.#uncovered) history.back();
  }

  #takeCover(): boolean {
    const uncovered = this.#uncovered;
    this.#uncovered = null;
    uncovered?.();
    return uncovered !== null;
  }

  async #popped(event: PopStateEvent): Promise<void> {
    this.#entry = (event.state as Entry | null) ?? entry(null);
    if (this.#takeCover() && location.pathname + location.search === this.url) {
      this.#scrolls.set(this.#entry.key, scrollY);
      return;
    }
    await this.#show(location.pathname + location.search, this.#scrolls.get(this.#entry.key) ?? 0);
  }

  async #show(url: string, scroll: number): Promise<void> {
    const { key } = this.#entry;
    const change = async () => {
      this.url = url;
      this.visits += 1;
      await tick();
      if (key === this.#entry.key) this.#scrollTo(scroll);
    };
    if (document.startViewTransition && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      // A transition that is skipped, because the next one began, is no failure.
      document.startViewTransition(change).ready.catch(() => undefined);
    } else {
      await change();
    }
  }

  /** Scrolls as soon as there is enough page to scroll; what was loaded once is there at once. */
  #scrollTo(top: number, tries = 20): void {
    const { key } = this.#entry;
    scrollTo({ top, behavior: 'instant' });
    if (tries > 0 && Math.abs(scrollY - top) > 2) {
      requestAnimationFrame(() => key === this.#entry.key && this.#scrollTo(top, tries - 1));
    }
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link?.href || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !url.pathname.startsWith('/app/')) return;
    event.preventDefault();
    const path = url.pathname + url.search;
    this.go(path, { replace: path === this.url });
  }
}

function entry(from: string | null): Entry {
  return { key: Date.now(), from };
}

export const router = new Router();
