// Where a photo comes out of the page, and where the focus goes back to.

export class ReturnFocus {
  #cameFrom = document.activeElement as HTMLElement | null;
  // Beside the feed, a photo can be seen twice: it goes back to where it was touched.
  #place: ParentNode = this.#cameFrom?.closest('main, aside') ?? document;

  /** The element of the page that shows a photo, by the photo's number. */
  thumbOf(photo: number): HTMLElement | null {
    return this.#place.querySelector<HTMLElement>(`[data-photo="${photo}"]`);
  }

  /** Returns the focus to a photo of the page, or to where it came from; but not if something else than what was in
  `viewer` has taken it: the page that one went to, say. */
  restore(viewer: HTMLElement | undefined, photo: number): void {
    const { activeElement } = document;
    if (activeElement !== document.body && !viewer?.contains(activeElement)) return;
    (this.thumbOf(photo) ?? this.#cameFrom)?.focus({ preventScroll: true });
  }
}
