// The locks of a browser; a window that is closed lets go of its own.

export class Locks {
  #held = new Map<string, () => void>();
  #waiting: (() => void)[] = [];
  request = async (name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>): Promise<void> => {
    while (this.#held.has(name)) {
      await new Promise<void>((go, fail) => {
        this.#waiting.push(go);
        signal.addEventListener('abort', () => fail(signal.reason as Error));
      });
    }
    const closed = new Promise<void>((close) => this.#held.set(name, close));
    await Promise.race([hold(), closed]);
    this.#held.delete(name);
    for (const go of this.#waiting.splice(0)) go();
  };
  query = () => Promise.resolve({ held: [...this.#held.keys()].map((name) => ({ name })) });
  close = (name: string) => this.#held.get(name)?.();
  closeFirst = () => [...this.#held.values()].forEach((close) => close());
}
