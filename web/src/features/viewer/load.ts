// The viewer is large, and so it is loaded when it is needed for the first time.

export const loadViewer = () => import('./Viewer.svelte');

/** Loads the viewer ahead of time, so that it opens without delay. */
export function prepareViewer(): void {
  // It is tried again when it is needed.
  loadViewer().catch(() => undefined);
}
