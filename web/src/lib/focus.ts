// Where the focus goes when what had it is gone, so that nobody has to look for it.

/** Into a share's card. */
export function focusShare(id: number): void {
  document.getElementById(`by-${id}`)?.focus({ preventScroll: true });
}
