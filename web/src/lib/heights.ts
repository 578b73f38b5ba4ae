// How high things were when they were last seen, so that what is far away keeps its place without being drawn, and the
// way back leads to the same spot.

const heights = new Map<string, number>();

/** Remembers the height of the element that this is attached to, under a name. */
export function keepHeight(name: string) {
  return (element: HTMLElement): (() => void) => {
    const known = heights.get(name);
    if (known !== undefined) element.style.containIntrinsicSize = `auto ${known}px`;
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.contentRect.height;
      if (height) heights.set(name, height);
    });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
