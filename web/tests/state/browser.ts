// As much of a browser as the state of the app speaks to.

import { vi } from 'vitest';

/** What a browser keeps: its entries are properties of the object, as `Object.keys` sees them. */
export class Storage {
  [key: string]: unknown;
  getItem(key: string) {
    return (this[key] as string | undefined) ?? null;
  }
  setItem(key: string, value: string) {
    this[key] = value;
  }
  removeItem(key: string) {
    Reflect.deleteProperty(this, key);
  }
}

/** The history of a window: where one went is behind where one is. Going back takes a moment, as in browsers. */
class History {
  scrollRestoration = 'auto';
  #entries: { state: unknown; url: string }[];
  #at = 0;

  constructor(
    private readonly window: EventTarget,
    url: string,
  ) {
    this.#entries = [{ state: null, url }];
  }

  get state(): unknown {
    return this.#entries[this.#at]?.state;
  }

  get url(): string {
    return this.#entries[this.#at]?.url ?? '';
  }

  get length(): number {
    return this.#entries.length;
  }

  pushState(state: unknown, _: string, url: string): void {
    this.#entries = [...this.#entries.slice(0, this.#at + 1), { state, url }];
    this.#at += 1;
  }

  replaceState(state: unknown, _: string, url = this.url): void {
    this.#entries[this.#at] = { state, url };
  }

  back(): void {
    queueMicrotask(() => {
      this.#at -= 1;
      this.window.dispatchEvent(Object.assign(new Event('popstate'), { state: this.state }));
    });
  }
}

export interface Browser {
  window: EventTarget;
  document: EventTarget & { visibilityState: string; documentElement: { dataset: Record<string, string>; lang: string } };
  history: History;
  /** Every listener that has been added and not removed. */
  listeners: () => number;
}

/** Puts a browser in the place of the one that isn't there, at an address. */
export function browser(url = '/app/'): Browser {
  let count = 0;
  const counted = <T extends EventTarget>(target: T): T => {
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      count += 1;
      addEventListener.apply(target, args);
    };
    target.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      count -= 1;
      removeEventListener.apply(target, args);
    };
    return target;
  };
  const window = counted(new EventTarget());
  const document = counted(
    Object.assign(new EventTarget(), {
      visibilityState: 'visible',
      documentElement: { dataset: {} as Record<string, string>, lang: '' },
      querySelectorAll: () => [],
    }),
  );
  const history = new History(window, url);
  const location = {
    get pathname() {
      return history.url.split('?')[0];
    },
    get search() {
      const at = history.url.indexOf('?');
      return at < 0 ? '' : history.url.slice(at);
    },
  };
  for (const [name, value] of Object.entries({ window, document, history, location })) vi.stubGlobal(name, value);
  vi.stubGlobal('navigator', { languages: ['en-GB'] });
  vi.stubGlobal('localStorage', new Storage());
  vi.stubGlobal('scrollTo', () => undefined);
  vi.stubGlobal('scrollY', 0);
  return { window, document, history, listeners: () => count };
}

/** Lets everything come to rest that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** A response that the test sends when it wants to. */
export function later<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
