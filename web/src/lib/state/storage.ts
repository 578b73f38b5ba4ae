// How much room a quota leaves for photos and videos.

import type { Storage } from '../api/types';

/** From this part of its quota on, one is told. */
const NEAR = 0.9;

/** Whether a quota is nearly used, or completely; null if there is none, or if there is room. What was kept of an older server has none. */
export function roomOf(storage: Storage | null | undefined): 'near' | 'full' | null {
  const { used_bytes = 0, max_bytes = null } = storage ?? {};
  if (max_bytes === null) return null;
  if (used_bytes >= max_bytes) return 'full';
  return used_bytes >= max_bytes * NEAR ? 'near' : null;
}
