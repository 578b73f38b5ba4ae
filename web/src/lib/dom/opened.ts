// What somebody has opened over the page, such as a menu. While it is there, the page says so to its styles: what else lies over the
// page goes below it.

const shown = new Set<Element>();

const tell = () => document.documentElement.toggleAttribute('data-opened', shown.size > 0);

/** Attached to what was opened. */
export function opened(node: Element): () => void {
  shown.add(node);
  tell();
  return () => {
    shown.delete(node);
    tell();
  };
}
