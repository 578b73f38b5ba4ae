// A little that the browser keeps for its user: choices and drafts, never secrets. A browser that keeps nothing
// (private windows, full disks) takes nothing away but the remembering.

import { scoped } from './base';

export function read(key: string): string | null {
  try {
    return localStorage.getItem(scoped(key));
  } catch {
    return null;
  }
}

/** Keeps a value; null forgets it. */
export function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(scoped(key));
    else localStorage.setItem(scoped(key), value);
  } catch {
    // Then it isn't remembered.
  }
}

/** Forgets everything whose key begins so. */
export function forget(prefix: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(scoped(prefix))) localStorage.removeItem(key);
  } catch {
    // Nothing was kept either.
  }
}
