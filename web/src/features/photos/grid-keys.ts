// Walking through photos by keys while some are selected.

interface Act {
  isOn: () => boolean;
  /** The photo with this id is come to; `isRange`: with all from the one before. */
  onmove: (id: number, isRange: boolean) => void;
  onall: () => void;
  onend: () => void;
}

/** For the element with the photos: arrow keys move, with Shift they also select, Ctrl+A selects all, Escape ends it. */
export function gridKeys({ isOn, onmove, onall, onend }: Act) {
  return (grid: HTMLElement): (() => void) => {
    const step = (event: KeyboardEvent, by: number) => {
      const photos = [...grid.querySelectorAll<HTMLElement>('[data-photo]')];
      const at = photos.findIndex((photo) => photo === document.activeElement);
      const to = at < 0 ? undefined : photos[at + by];
      if (!to) return;
      event.preventDefault();
      to.focus();
      onmove(Number(to.dataset['photo']), event.shiftKey);
    };
    const onkeydown = (event: KeyboardEvent) => {
      if (!isOn()) return;
      const isTurned = getComputedStyle(grid).direction === 'rtl';
      if (event.key === 'ArrowRight') step(event, isTurned ? -1 : 1);
      else if (event.key === 'ArrowLeft') step(event, isTurned ? 1 : -1);
      else if (event.key === 'Escape') onend();
      else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onall();
      }
    };
    grid.addEventListener('keydown', onkeydown);
    return () => grid.removeEventListener('keydown', onkeydown);
  };
}
