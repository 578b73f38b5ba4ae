// One stream for all pages of a browser: browsers open only six connections to a server that speaks HTTP/1.1, so that with a
// stream for each page the seventh would wait for ever. In the worker it serves all pages of one user; where there are no shared
// workers, each page has one of its own.

import type { FromHub, FromPage, Refusal, StreamEvent } from './messages';
import { EventStream } from './stream';

/** A page whose last sign is this old is gone. A page in the background may give one a minute. */
const GONE_AFTER = 150_000;
/** How often that is looked at; a longer pause in between was a sleep of the device. */
const LOOK_EVERY = 15_000;
/** Events are kept for pages that come back: a bounded number, with a bounded number of characters. */
const [MAX_EVENTS, MAX_CHARACTERS] = [500, 1_000_000];

/** A page, as the hub sees it. */
export interface Port {
  postMessage(message: FromHub): void;
}

export class Hub {
  #pages = new Map<Port, number>();
  #recent: StreamEvent[] = [];
  #characters = 0;
  /** Everything after this event is in `#recent`. */
  #base: string | null = null;
  #isOpen = false;
  #failure: Refusal | null = null;
  #stream: EventStream;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lookedAt = 0;

  constructor(headers: Record<string, string>) {
    this.#stream = new EventStream(headers, {
      opened: (id) => this.#opened(id),
      happened: (event) => this.#happened(event),
      failed: (refusal) => this.#failed(refusal),
    });
  }

  receive(page: Port, message: FromPage): void {
    if (message.kind === 'gone') this.#drop(page);
    else if (message.kind === 'retry') this.#open();
    else this.#see(page, message.after, message.returned);
  }

  #see(page: Port, after: string | null, returned: boolean): void {
    const isNew = !this.#pages.has(page);
    this.#pages.set(page, Date.now());
    page.postMessage({ kind: 'welcome' });
    if (!this.#stream.isRunning) {
      this.#stream.after ??= after;
      this.#base ??= this.#stream.after;
      this.#open();
    } else if (returned) {
      // Whether it is as open as it seems.
      this.#stream.check();
    }
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY);
    if (this.#isOpen) this.#catchUp(page, after, isNew);
    else if (isNew && this.#failure) page.postMessage({ kind: 'failed', refusal: this.#failure });
  }

  #open(): void {
    // Why there was none before says nothing of this one: somebody may have signed in since.
    if (!this.#stream.isRunning) this.#failure = null;
    this.#stream.open();
  }

  /** Sends a page what it has missed. */
  #catchUp(page: Port, after: string | null, isNew: boolean): void {
    const at = this.#recent.findIndex(({ id }) => id === after);
    if (after === null || (at < 0 && after !== this.#base)) {
      // It has missed what isn't known any more.
      page.postMessage({ kind: 'open', id: this.#stream.after });
      return;
    }
    for (const event of this.#recent.slice(at + 1)) page.postMessage({ kind: 'event', event });
    if (isNew) page.postMessage({ kind: 'open', id: this.#stream.after });
  }

  #opened(id: string): void {
    this.#isOpen = true;
    this.#failure = null;
    // Where the server begins elsewhere, what is kept isn't all.
    if (id !== (this.#recent.at(-1)?.id ?? this.#base)) this.#forget(id);
    this.#tell({ kind: 'open', id });
  }

  #happened(event: StreamEvent): void {
    this.#recent.push(event);
    this.#characters += event.data.length;
    while (this.#recent.length > MAX_EVENTS || this.#characters > MAX_CHARACTERS) {
      const old = this.#recent.shift();
      this.#characters -= old?.data.length ?? 0;
      this.#base = old?.id ?? this.#base;
    }
    this.#tell({ kind: 'event', event });
  }

  #failed(refusal: Refusal): void {
    this.#isOpen = false;
    this.#failure = refusal;
    this.#tell({ kind: 'failed', refusal });
  }

  #tell(message: FromHub): void {
    for (const page of this.#pages.keys()) page.postMessage(message);
  }

  #forget(base: string): void {
    this.#recent = [];
    this.#characters = 0;
    this.#base = base;
  }

  #look(): void {
    const now = Date.now();
    if (this.#lookedAt > 0 && now - this.#lookedAt > 2 * LOOK_EVERY) this.#stream.check();
    this.#lookedAt = now;
    for (const [page, seen] of this.#pages) if (now - seen > GONE_AFTER) this.#drop(page);
  }

  #drop(page: Port): void {
    this.#pages.delete(page);
    if (this.#pages.size > 0) return;
    this.#stream.close();
    this.#isOpen = false;
    this.#failure = null;
    this.#lookedAt = 0;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
