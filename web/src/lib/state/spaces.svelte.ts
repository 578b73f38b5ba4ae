// My spaces, as the list and the side column show them.

import type { Api } from '../api/client';
import type { SpaceSummary, Space } from '../api/types';
import { SingleFlight } from './single-flight';

export class Spaces {
  /** By name; null until they have been read once. */
  list = $state<SpaceSummary[] | null>(null);
  error = $state<unknown>(null);

  #reading = new SingleFlight();

  constructor(private readonly api: Pick<Api, 'mySpaces' | 'createSpace'>) {}

  clear(): void {
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

  find(id: number): SpaceSummary | undefined {
    return this.list?.find((mine) => mine.space.id === id);
  }

  /** Whether another space of mine looks the same by its name. */
  isDouble({ id, name }: Space): boolean {
    return this.list?.some(({ space }) => space.id !== id && sameName(space.name, name)) ?? false;
  }

  /** Creates a space, whose only member and admin is the user. */
  async create(name: string): Promise<Space> {
    const space = await this.api.createSpace(name);
    await this.reload();
    return space;
  }

  async #read(): Promise<void> {
    try {
      this.list = await this.api.mySpaces();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }
}

const sameName = (one: string, other: string) =>
  one.trim().localeCompare(other.trim(), undefined, { sensitivity: 'base' }) === 0;
