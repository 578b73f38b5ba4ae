// How large a photo is shown.

/** Width by height as shown in the feed: its own, between 4:5 and 2:1. */
export function shownProportion({ width, height }: { width: number; height: number }): number {
  return Math.min(2, Math.max(0.8, width / height));
}

/** So few pixels that they are shown as they are, and not made larger. */
export const isTiny = ({ width, height }: { width: number; height: number }): boolean => Math.max(width, height) < 128;
