// The shares of a space, newest first, as far as they have been read. On going back, what was read once is shown immediately.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import type { Page, Share } from '../api/types';
import { BySpace } from './by-space';
import { arrive, change, extend, insert, nothing, refresh, remove, reveal, shownOf, waitingOf, type Known } from './merge';
import { RequestOrder } from './request-order';
import type { Session } from './session.svelte';
import { SingleFlight } from './single-flight';
import { isOlder } from './versions';

const FIRST = 12;
/** How many are read from the top: more if more has arrived since. The last is the most that the server returns at once. */
const PAGE_SIZES = [5, 40, 500];
const [MIN_ROWS = 0, MAX_ROWS = 0] = [PAGE_SIZES[0], PAGE_SIZES.at(-1)];
/** A look that takes longer has been lost. */
const TIMEOUT = 30_000;

export class Feed {
  ready = $state(false);
  loading = $state(false);
  /** Why the last page couldn't be read. */
  error = $state.raw<unknown>(null);

  #known = $state.raw<Known<Share>>(nothing());
  #reading = new SingleFlight();
  #looking = new SingleFlight();
  #turns = new RequestOrder();
  /** For each request that is under way, what has changed since: its answer may not know of it. */
  #meanwhile = new Set<Change[]>();

  constructor(
    readonly space: number,
    private readonly api: Pick<Api, 'shares' | 'moreShares'>,
    private readonly session: Pick<Session, 'me'>,
  ) {}

  #isMine = (share: Share) => share.user.id === this.session.me.id;

  get shares(): Share[] {
    return shownOf(this.#known);
  }

  /** Newer ones that aren't shown yet. */
  get waiting(): Share[] {
    return waitingOf(this.#known);
  }

  get isWhole(): boolean {
    return this.ready && this.#known.next === null;
  }

  /** Reads the first page, or the next one. Concurrent calls share one request. */
  more(): Promise<void> {
    if (this.isWhole) return Promise.resolve();
    return this.#reading.run(() => this.#more());
  }

  async #more(): Promise<void> {
    this.loading = true;
    this.error = null;
    try {
      if (this.#known.next === null) {
        await this.#ask(
          () => this.api.shares(this.space, FIRST, { kept: 'read' }),
          (known, page) => reveal(refresh(known, page, this.#isMine)),
        );
        this.ready = true;
      } else {
        const { next } = this.#known;
        await this.#ask(
          () => this.#older(next),
          // Another beginning may have taken the place of the one that it continues.
          (known, page) => (known.next === next ? extend(known, page) : known),
        );
      }
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }

  #older(next: string | null): Promise<Page<Share>> {
    return next === null ? Promise.resolve({ rows: [], next }) : this.api.moreShares(next);
  }

  /** Reads the first page, or what couldn't be read, and looks for what has changed in the rest. */
  async catchUp(how: Parameters<Feed['look']>[0]): Promise<void> {
    const isFirst = !this.ready && !this.loading;
    if (this.error || !this.ready) await this.more();
    if (!isFirst && !this.error) await this.look(how);
  }

  /**
   * Looks for what has changed: at the top, or with `whole` in all that is known. New ones by others wait until they are
   * asked for, unless `show` says to show them. Fails silently; `refused` is called where the space isn't open any more.
   */
  async look({ whole = false, show = false, refused = () => {} } = {}): Promise<void> {
    // What is being read may have been asked for too early, or doesn't have what is above it.
    while (this.loading && (whole || show)) await this.#reading.ended();
    if (!this.ready || this.loading) return;
    const look = () =>
      this.#ask(
        () => this.#top(whole),
        (known, page) => refresh(known, page, this.#isMine),
      );
    try {
      await (whole || show ? this.#looking.runAfter(look) : this.#looking.run(look));
      // Also where another call's look was shared.
      if (show) this.showWaiting();
    } catch (error) {
      // No user requested it; the connection and the session have noticed.
      if (error instanceof ApiError && [403, 404].includes(error.status)) refused();
    }
  }

  /** Reads from the top down to what is known, or to the end of it. */
  async #top(whole: boolean): Promise<Page<Share>> {
    const signal = AbortSignal.timeout(TIMEOUT);
    const { rows, settled } = this.#known;
    const least = whole ? Math.min(MAX_ROWS, Math.max(MIN_ROWS, rows.length)) : MIN_ROWS;
    const [first = MAX_ROWS, ...further] = [least, ...PAGE_SIZES.filter((limit) => limit > least)];
    let page = await this.api.shares(this.space, first, { signal });
    for (const limit of further) {
      if (page.next === null || (page.rows.at(-1)?.id ?? 0) <= settled) break;
      page = await this.api.shares(this.space, limit, { signal });
    }
    return page;
  }

  /** Requests it, and again if a later request was answered first. What has changed meanwhile is changed in the answer too. */
  async #ask(ask: () => Promise<Page<Share>>, take: (known: Known<Share>, page: Page<Share>) => Known<Share>): Promise<void> {
    for (;;) {
      const turn = this.#turns.begin();
      const meanwhile: Change[] = [];
      this.#meanwhile.add(meanwhile);
      const page = await ask().finally(() => this.#meanwhile.delete(meanwhile));
      if (!this.#turns.takes(turn)) continue;
      this.#known = meanwhile.reduce((known, change) => change(known), take(this.#known, page));
      return;
    }
  }

  showWaiting(): void {
    this.#known = reveal(this.#known);
  }

  /** Puts in a share that was just made, unless it is there already. */
  add(share: Share): void {
    this.#change((known) => insert(known, share));
  }

  /** Takes in a share that has just come to be; whether it is new. */
  hear(share: Share): boolean {
    const isKnown = [...this.shares, ...this.waiting].some(({ id }) => id === share.id);
    if (isKnown) this.replace(share);
    else if (this.ready) this.#change((known) => arrive(known, share));
    // There is nothing yet to put it into, but the answer that is on its way may not have it.
    else this.#later((known) => reveal(arrive(known, share)));
    return !isKnown;
  }

  /** Takes a share as it is by now, if it is known, and not in a newer version. */
  replace(share: Share): void {
    this.update(share.id, (known) => (isOlder(share.version, known.version) ? known : share));
  }

  /** Changes a share, if it is known. */
  update(id: number, changed: (share: Share) => Share): void {
    this.#change((known) => change(known, id, changed));
  }

  remove(id: number): void {
    this.#change((known) => remove(known, id));
  }

  #change(change: Change): void {
    this.#later(change);
    this.#known = change(this.#known);
  }

  #later(change: Change): void {
    for (const changes of this.#meanwhile) changes.push(change);
  }
}

type Change = (known: Known<Share>) => Known<Share>;

/** The feeds of all spaces that one has been in. */
export class Feeds extends BySpace<Feed> {
  constructor(api: Pick<Api, 'shares' | 'moreShares'>, session: Pick<Session, 'me'>) {
    super((space) => new Feed(space, api, session));
  }
}
