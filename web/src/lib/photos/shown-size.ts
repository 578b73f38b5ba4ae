// How large a photo is shown.

/** Width by height as shown in the feed: its own, between 4:5 and 2:1. */
export function shownProportion({ width, height }: { width: number; height: number }): number {
  return Math.min(2, Math.max(0.8, width / height));
}

/** Whether a photo is so small that it is shown at its size and not enlarged. */
export const isTiny = ({ width, height }: { width: number; height: number }): boolean => Math.max(width, height) < 128;
