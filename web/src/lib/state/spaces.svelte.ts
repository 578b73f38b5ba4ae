// My spaces, as the list and the side column show them.

import { untrack } from 'svelte';

import type { Api } from '../api/client';
import type { SpaceSummary, Space } from '../api/types';
import { SingleFlight } from './single-flight';

export class Spaces {
  /** Where something happened last comes first, as it was when one came here; null until they have been read once. */
  list = $state<SpaceSummary[] | null>(null);
  error = $state<unknown>(null);

  /** How much is new in all of them. */
  unread: number = $derived(this.list?.reduce((sum, { unread }) => sum + (unread || 0), 0) ?? 0);

  #reading = new SingleFlight();
  /** What was heard while they are being read: the answer may be older. */
  #heard = new Map<number, SpaceSummary>();
  /** Their places may change with the next answer. */
  #isLoose = true;

  constructor(private readonly api: Pick<Api, 'mySpaces' | 'createSpace'>) {}

  clear(): void {
    // What is being read is of the one who was here.
    this.#reading = new SingleFlight();
    this.list = null;
    this.error = null;
  }

  /** Reads them again. What is shown stays until the response arrives. Concurrent calls share one request. */
  load(): Promise<void> {
    return this.#reading.run(() => this.#read());
  }

  /** Reads them again after a change: a response that is under way may not include it. */
  reload(): Promise<void> {
    return this.#reading.runAfter(() => this.#read());
  }

  /** Sorts them by what has happened, as one comes here; they stay where they are while one is about to tap on one. */
  arrange(): void {
    this.#isLoose = true;
    this.list &&= [...this.list].sort(byActivity);
  }

  /** Takes one as it is by now. */
  hear(summary: SpaceSummary): void {
    this.#heard.set(summary.space.id, summary);
    this.list &&= this.list.map((mine) => (mine.space.id === summary.space.id ? summary : mine));
  }

  /** I have read one up to this share. How much is new in it by then, the server tells. */
  markRead(id: number, share: number): void {
    this.list &&= this.list.map((mine) =>
      mine.space.id === id && share > (mine.last_read_share_id ?? 0) ? { ...mine, last_read_share_id: share } : mine,
    );
  }

  find(id: number): SpaceSummary | undefined {
    return this.list?.find((mine) => mine.space.id === id);
  }

  /** Whether another space of mine looks the same by its name. */
  isDouble({ id, name }: Pick<Space, 'id' | 'name'>): boolean {
    return this.list?.some(({ space }) => space.id !== id && sameName(space.name, name)) ?? false;
  }

  /** Creates a space, whose only member and admin is the user. */
  async create(name: string): Promise<Space> {
    const space = await this.api.createSpace(name);
    await this.reload();
    return space;
  }

  async #read(): Promise<void> {
    this.#heard.clear();
    const reading = this.#reading;
    try {
      const answer = await this.api.mySpaces(untrack(() => this.list) ? 'write' : 'read');
      if (reading !== this.#reading) return;
      const read = answer.map((mine) => this.#heard.get(mine.space.id) ?? mine);
      const places = new Map(this.#isLoose ? [] : this.list?.map(({ space }, at) => [space.id, at] as const));
      this.#isLoose = false;
      // Those that are new come first, and the others stay where they are.
      const place = ({ space }: SpaceSummary) => places.get(space.id) ?? -1;
      this.list = read.sort(byActivity).sort((one, other) => place(one) - place(other));
      this.error = null;
    } catch (error) {
      if (reading === this.#reading) this.error = error;
    }
  }
}

const byActivity = (one: SpaceSummary, other: SpaceSummary) =>
  Date.parse(other.last_activity_at) - Date.parse(one.last_activity_at) || 0;

const sameName = (one: string, other: string) =>
  one.trim().localeCompare(other.trim(), undefined, { sensitivity: 'base' }) === 0;
