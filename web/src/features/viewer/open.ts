// Looking at photos over the whole screen. The viewer itself is loaded when it is needed for the first time.

import { mount, unmount } from 'svelte';

import type { Album } from '../../lib/photos/album';
import { t } from '../../lib/i18n/index.svelte';
import { toasts } from '../../lib/state/toasts.svelte';
import type { Space } from '../../lib/api/types';

let isOpen = false;

const load = () => import('./Viewer.svelte');

/** Loads the viewer, so that it opens at once later. */
export function prepareViewer(): void {
  // It is tried again when it is needed.
  load().catch(() => undefined);
}

/** Opens the viewer at the photo of a share. It comes out of the element of the page that has `data-photo` with the id of
the share, and goes back into that of the photo which is shown at the end. */
export async function openViewer(space: Space, album: Album, share: number): Promise<void> {
  if (isOpen) return;
  isOpen = true;
  const Viewer = await load().then(
    (loaded) => loaded.default,
    () => null,
  );
  if (!Viewer) {
    isOpen = false;
    // A server that was renewed while this page was open has another viewer, under another name.
    const onaction = () => { location.reload(); };
    toasts.show(t('viewer.not_loaded'), { action: t('viewer.reload'), onaction, ms: 10_000 });
    return;
  }
  const viewer = mount(Viewer, {
    target: document.body,
    props: {
      space,
      album,
      share,
      onclosed: () => {
        isOpen = false;
        void unmount(viewer);
      },
    },
  });
}
