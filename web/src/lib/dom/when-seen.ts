// Calls back when something has been looked at for a moment: in the middle of a window that is visible.

import { all, on } from './events';

/** How long a look takes, in milliseconds. */
const LOOK = 800;
/** What sticks to the edges covers something there. */
const MIDDLE = '-15% 0px -10%';
/** Seen is at least half of it, or this part of the window where it is larger. */
const PART = 0.4;
const STEPS = Array.from({ length: 11 }, (_, step) => step / 10);

/** Calls it once for each time that the element comes into view and stays, or that one comes back to it there. */
export function whenSeen(seen: () => void) {
  return (element: Element): (() => void) => {
    let isInView = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (isInView && document.visibilityState === 'visible') timer = setTimeout(seen, LOOK);
    };
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (!last) return;
        const enough = Math.min(last.boundingClientRect.height / 2, innerHeight * PART);
        const isSeen = last.isIntersecting && last.intersectionRect.height >= enough;
        if (isSeen === isInView) return;
        isInView = isSeen;
        look();
      },
      { rootMargin: MIDDLE, threshold: STEPS },
    );
    observer.observe(element);
    return all(
      on(document, 'visibilitychange', look),
      () => observer.disconnect(),
      () => clearTimeout(timer),
    );
  };
}
