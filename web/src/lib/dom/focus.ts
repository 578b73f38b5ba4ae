// Where the focus goes when the element that had it is removed, so that keyboard users don't lose their place.

/** Into a share's card. */
export function focusShare(id: number): void {
  document.getElementById(`by-${id}`)?.focus({ preventScroll: true });
}

/** Users who can't see that the page is covered must not be able to move in it either. */
export function setInert(inert: boolean): void {
  const app = document.getElementById('app');
  if (app) app.inert = inert;
}
