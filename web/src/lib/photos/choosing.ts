// How chosen files are looked at: loaded when it is needed for the first time.

import type { ServerInfo } from '../api/types';
import type { PhotoProblem, Picture } from './chosen';

const loadLook = () => import('./chosen-photo');

/** Loads the code that checks files ahead of time. */
export function prepareLook(): void {
  // It is tried again when it is needed.
  loadLook().catch(() => undefined);
}

/** Looks at a file before it is sent; null if the code for that can't be loaded now, which says nothing of the file. */
export async function look(file: File, server: ServerInfo | null): Promise<Picture | PhotoProblem | null> {
  const loaded = await loadLook().catch(() => null);
  return loaded && loaded.look(file, server);
}
