// Which photos of a page are selected, while some can be.

/** Photos by their ids, in the order in which they are shown. */
type Order = readonly number[];

export class Selection {
  isOn = $state(false);
  #ids = $state.raw<ReadonlySet<number>>(new Set());
  /** Where a range begins: what was touched last. */
  #anchor: number | null = null;

  get count(): number {
    return this.#ids.size;
  }

  get ids(): number[] {
    return [...this.#ids];
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Begins, with a photo if there is one already. */
  start(id: number | null = null): void {
    if (!this.isOn) this.end();
    this.isOn = true;
    if (id !== null && !this.has(id)) this.toggle(id);
  }

  end(): void {
    this.isOn = false;
    this.#ids = new Set();
    this.#anchor = null;
  }

  toggle(id: number): void {
    const ids = new Set(this.#ids);
    if (!ids.delete(id)) ids.add(id);
    this.#ids = ids;
    this.#anchor = id;
  }

  /** Selects all from the photo that was touched last to this one. */
  extend(id: number, order: Order): void {
    const [from, to] = [order.indexOf(this.#anchor ?? id), order.indexOf(id)];
    if (from < 0 || to < 0) return this.toggle(id);
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.#ids = new Set([...this.#ids, ...range]);
    this.#anchor = id;
  }

  /** Selects all of these, or none of them if all are selected. */
  toggleAll(ids: Order): void {
    const isAll = ids.every((id) => this.has(id));
    const others = [...this.#ids].filter((id) => !ids.includes(id));
    this.#ids = new Set(isAll ? others : [...others, ...ids]);
  }

  /** Leaves out what isn't shown any more. */
  keep(order: Order): void {
    const shown = new Set(order);
    if (this.ids.some((id) => !shown.has(id))) this.#ids = new Set(this.ids.filter((id) => shown.has(id)));
  }
}
