// A finger that stays where it is.

const LONG = 450;
/** From here on it is a finger that moves. */
const FAR = 10;

/** Lets the click that ends this touch be none, wherever it goes. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const options = { capture: true, once: true };
  window.addEventListener('click', swallow, options);
  window.addEventListener('pointerdown', () => window.removeEventListener('click', swallow, options), options);
}

/** For a link or a button: a finger that stays on it acts, and isn't a click. */
export function onLongPress(act: () => void) {
  return (element: HTMLElement): (() => void) => {
    let timer = 0;
    let start = { x: 0, y: 0 };
    let isLong = false;
    const end = () => window.clearTimeout(timer);
    const listeners = new AbortController();
    const { signal } = listeners;
    const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void) =>
      element.addEventListener(name, listener, { signal });
    on('pointerdown', (event) => {
      isLong = false;
      if (event.pointerType !== 'touch') return;
      start = { x: event.clientX, y: event.clientY };
      end();
      timer = window.setTimeout(() => {
        isLong = true;
        // Whatever replaces the element isn't clicked when the finger is lifted.
        swallowClick();
        act();
      }, LONG);
    });
    on('pointermove', (event) => {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > FAR) end();
    });
    on('pointerup', end);
    on('pointercancel', end);
    on('pointerleave', end);
    // The browser's own menu of a link would come at the same moment.
    on('contextmenu', (event) => {
      if (isLong) event.preventDefault();
    });
    return () => {
      end();
      listeners.abort();
    };
  };
}
