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

/** What only this window keeps, also when it is reloaded. */
export function readHere(key: string): string | null {
  try {
    return sessionStorage.getItem(scoped(key));
  } catch {
    return null;
  }
}

export function writeHere(key: string, value: string): void {
  try {
    sessionStorage.setItem(scoped(key), value);
  } catch {
    // Then it isn't remembered.
  }
}

/** The keys of all that is kept whose keys begin so. */
export function keysFrom(prefix: string): string[] {
  try {
    const begin = scoped(prefix);
    return Object.keys(localStorage).flatMap((key) => (key.startsWith(begin) ? [prefix + key.slice(begin.length)] : []));
  } catch {
    return [];
  }
}

/** Forgets everything whose key begins so. */
export function forget(prefix: string): void {
  for (const key of keysFrom(prefix)) write(key, null);
}
