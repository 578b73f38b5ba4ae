// Where one is. Links are plain `<a href>`; the router takes the clicks on those that stay inside the app.

import { tick } from 'svelte';

import { all, on } from '../dom/events';
import { match, paths, type Route } from './routes';

/** What the history keeps with each address. */
interface Entry {
  key: number;
  /** Where one came from, if that was in the app. */
  from: string | null;
  /** Something lay over the page. */
  cover?: boolean;
}

/** Something that covers the page: going back removes it. */
interface Cover {
  uncovered: () => void;
  gone: boolean;
}

export class Router {
  /** The path with its query. */
  url = $state(paths.home);
  route: Route = $derived(match(this.url));
  /** How often one has gone somewhere since the page was opened; 0 on the first page. */
  visits = $state(0);

  #entry: Entry = { key: 0, from: null };
  #cover: Cover | null = null;
  /** One is on the way back to the page; until one is there, nothing else can be done with the history. */
  #returning = false;
  #later: (() => void)[] = [];
  #scrolls = new Map<number, number>();

  /** Handles the history and the clicks on links, until the returned function is called. */
  start(): () => void {
    history.scrollRestoration = 'manual';
    this.url = location.pathname + location.search;
    this.#entry = (history.state as Entry | null) ?? entry(null);
    history.replaceState(this.#entry, '');
    return all(
      on(window, 'popstate', (event) => this.#popped(event as PopStateEvent)),
      on(window, 'scroll', () => this.#scrolls.set(this.#entry.key, scrollY), { passive: true }),
      on(window, 'click', (event) => this.#clicked(event as MouseEvent)),
    );
  }

  /** Goes to a path of the app. With `replace`, the way back leads past where one is now. */
  go(path: string, { replace = false } = {}): void {
    this.#whenStill(() => {
      // What covers the page is left for good: going back leads to the page.
      if (this.#takeCover() || replace) {
        this.#entry = { key: this.#entry.key, from: this.#entry.from };
        history.replaceState(this.#entry, '', path);
      } else {
        this.#entry = entry(this.url);
        history.pushState(this.#entry, '', path);
      }
      void this.#show(path, 0);
    });
  }

  /** Goes up to `path`: back, if one came from there, so that it is as one left it. */
  up(path: string): void {
    if (this.#entry.from === path) history.back();
    else this.go(path);
  }

  /** Something was laid over the page, maybe with an address of its own. The way back leads to the page again, which stays
  as it is meanwhile; `uncovered` is called then. What this returns removes it. */
  cover(path: string | null, uncovered: () => void): () => void {
    const cover = { uncovered, gone: false };
    this.#whenStill(() => {
      if (cover.gone) return;
      // One after the other, as a question that comes out of a menu: the second takes the place of the first.
      if (!this.#cover) {
        this.#entry = { ...entry(this.url), cover: true };
        history.pushState(this.#entry, '', path ?? location.pathname + location.search);
      }
      this.#cover = cover;
    });
    return () => {
      cover.gone = true;
      if (this.#cover !== cover) return;
      this.#cover = null;
      this.#returning = true;
      history.back();
    };
  }

  /** What covers the page has another address now. */
  moveCover(path: string): void {
    if (this.#cover) history.replaceState(this.#entry, '', path);
  }

  #takeCover(): boolean {
    const cover = this.#cover;
    this.#cover = null;
    cover?.uncovered();
    return cover !== null;
  }

  #whenStill(task: () => void): void {
    if (this.#returning) this.#later.push(task);
    else task();
  }

  #popped(event: PopStateEvent): void {
    this.#entry = (event.state as Entry | null) ?? entry(null);
    const uncovered = this.#takeCover() || this.#returning || this.#entry.cover;
    this.#returning = false;
    if (uncovered && location.pathname + location.search === this.url) this.#scrolls.set(this.#entry.key, scrollY);
    else void this.#show(location.pathname + location.search, this.#scrolls.get(this.#entry.key) ?? 0);
    for (const task of this.#later.splice(0)) this.#whenStill(task);
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
      // A transition that is skipped, because the next one began, isn't a failure.
      document.startViewTransition(change).ready.catch(() => undefined);
    } else {
      await change();
    }
  }

  /** Scrolls as soon as the page is long enough; what was loaded once is shown immediately. */
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
    if (url.origin !== location.origin || !url.pathname.startsWith(paths.home)) return;
    event.preventDefault();
    const path = url.pathname + url.search;
    this.go(path, { replace: path === this.url });
  }
}

function entry(from: string | null): Entry {
  return { key: Date.now(), from };
}
