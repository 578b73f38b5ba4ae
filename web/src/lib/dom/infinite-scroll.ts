// Calls back when the user has nearly scrolled to an element.

const AHEAD = '1200px';

/** Calls it whenever the element that this is attached to comes near, and again while it stays there. */
export function whenNear(reached: () => void) {
  return (element: Element): (() => void) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        reached();
        // Observed again, it reports if it is still near after the new page has been shown.
        observer.unobserve(element);
        setTimeout(() => observer.observe(element), 200);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}
