// Clicks on links.

/** For a link that does something here: what is meant for another tab or window stays the browser's. */
export function onPlainClick(act: () => void) {
  return (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    act();
  };
}
