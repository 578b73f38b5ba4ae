// What is remembered for each visited space, until another user signs in.

export class BySpace<T> {
  #known = new Map<number, T>();

  constructor(private readonly make: (space: number) => T) {}

  /** That of a space; the same one each time. */
  of(space: number): T {
    const known = this.#known.get(space) ?? this.make(space);
    this.#known.set(space, known);
    return known;
  }

  /** All that there are. */
  all(): T[] {
    return [...this.#known.values()];
  }

  clear(): void {
    this.#known.clear();
  }
}
