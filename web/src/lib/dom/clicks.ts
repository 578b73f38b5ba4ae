// Clicks on links.

/** For a link that does something here: clicks for another tab or window are left to the browser. */
export function onPlainClick(act: () => void) {
  return (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    act();
  };
}
