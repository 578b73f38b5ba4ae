// A list that is read page by page, and again as far down as it was read.

import type { Page } from '../../api/types';
import { RequestOrder } from '../request-order';
import { SingleFlight } from '../single-flight';

const PAGE = 50;
/** The server sends no longer ones. */
const MAX_PAGE = 500;

interface Source<T> {
  first: (limit: number) => Promise<Page<T>>;
  more: (next: string) => Promise<Page<T>>;
}

export class Listing<T extends { id: number }> {
  /** Null until it was read once. */
  rows = $state.raw<readonly T[] | null>(null);
  /** Where it goes on; null at its end. */
  next = $state.raw<string | null>(null);
  loading = $state(false);
  error = $state.raw<unknown>(null);

  #turns = new RequestOrder();
  #open = 0;
  #further = new SingleFlight();

  constructor(private readonly source: Source<T>) {}

  /** Reads it from its beginning, at least as far down as it is shown. A refusal is in `error`, and what is shown stays. */
  load = (): Promise<void> => this.#load(Math.min(MAX_PAGE, Math.max(PAGE, this.#known)));

  /** Reads the next rows below. */
  loadMore = async (): Promise<void> => {
    const { next } = this;
    if (next === null || this.loading) return;
    await this.#read(async () => {
      const page = await this.source.more(next);
      return () => {
        const known = new Set(this.rows?.map(({ id }) => id));
        this.#take({ rows: [...(this.rows ?? []), ...page.rows.filter(({ id }) => !known.has(id))], next: page.next });
      };
    });
  };

  /** Reads it to its end, or until it has so many rows, in the longest pages that there are. Stops where it can't be read. */
  readUpTo = (most: number): Promise<void> =>
    this.#further.run(async () => {
      // The pages after one are as long as that.
      if (this.next !== null && this.#known < MAX_PAGE) await this.#load(MAX_PAGE);
      while (this.next !== null && this.#known < most && !this.error) {
        const before = this.#known;
        await this.loadMore();
        if (this.#known === before) return;
      }
    });

  get #known(): number {
    return this.rows?.length ?? 0;
  }

  clear(): void {
    this.#turns.changed();
    this.rows = null;
    this.next = null;
    this.error = null;
  }

  #load(limit: number): Promise<void> {
    return this.#read(async () => {
      const page = await this.source.first(limit);
      return () => this.#take(page);
    });
  }

  #take({ rows, next }: Page<T>): void {
    this.rows = rows;
    this.next = next;
  }

  async #read(task: () => Promise<() => void>): Promise<void> {
    const turn = this.#turns.begin();
    this.#open += 1;
    this.loading = true;
    try {
      const take = await task();
      if (!this.#turns.takes(turn)) return;
      take();
      this.error = null;
    } catch (error) {
      if (this.#turns.takes(turn)) this.error = error;
    } finally {
      this.#open -= 1;
      this.loading = this.#open > 0;
    }
  }
}
