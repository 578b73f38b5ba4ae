// Short notes at the lower edge, some with a way back.

export interface Toast {
  id: number;
  text: string;
  action: string | null;
  onaction: (() => void) | null;
  /** Milliseconds that are left. Paused while the pointer is over it or the focus is in it. */
  left: number;
  onend: (() => void) | null;
}

interface Options {
  action?: string;
  onaction?: () => void;
  /** Called when the note goes without the action having been taken. */
  onend?: () => void;
  ms?: number;
}

const STEP = 250;

export class Toasts {
  list = $state<Toast[]>([]);
  /** The user is about to act on a toast. */
  held = $state(false);

  #next = 1;
  #timer: ReturnType<typeof setInterval> | undefined;

  show(text: string, { action, onaction, onend, ms = 5_000 }: Options = {}): number {
    const id = this.#next++;
    this.list.push({ id, text, action: action ?? null, onaction: onaction ?? null, onend: onend ?? null, left: ms });
    this.#timer ??= setInterval(() => this.#step(), STEP);
    return id;
  }

  /** Takes the note's action. */
  act(id: number): void {
    const toast = this.#take(id);
    toast?.onaction?.();
  }

  /** Lets the note go before its time. */
  end(id: number): void {
    this.#take(id)?.onend?.();
  }

  /** Another user is here: all go, and nobody has put them away. */
  clear(): void {
    this.#show([]);
  }

  #take(id: number): Toast | undefined {
    const toast = this.list.find((each) => each.id === id);
    this.#show(this.list.filter((each) => each.id !== id));
    return toast;
  }

  #show(list: Toast[]): void {
    this.list = list;
    if (list.length > 0) return;
    this.held = false;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #step(): void {
    if (this.held) return;
    for (const toast of this.list) toast.left -= STEP;
    for (const toast of this.list.filter((each) => each.left <= 0)) this.end(toast.id);
  }
}
