// Events of the window and the document, and the end of listening to them.

/** Listens until what this returns is called. */
export function on(target: EventTarget, type: string, handle: (event: Event) => void, options?: AddEventListenerOptions): () => void {
  target.addEventListener(type, handle, options);
  return () => target.removeEventListener(type, handle, options);
}

/** Ends several things as one. */
export function all(...ends: (() => void)[]): () => void {
  return () => ends.forEach((end) => end());
}
