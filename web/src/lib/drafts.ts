// Texts that were begun and not yet shared, one a space and person, so that a reload or a lost session takes nothing.

import { forget, read, write } from './storage';

const key = (user: number, space: number) => `draft.${user}.${space}`;

export function readDraft(user: number, space: number): string {
  return read(key(user, space)) ?? '';
}

/** Keeps the draft; white space alone is none. */
export function keepDraft(user: number, space: number, text: string): void {
  write(key(user, space), text.trim() === '' ? null : text);
}

/** Forgets all drafts of a person: who signs out leaves nothing to read on this device. */
export function forgetDrafts(user: number): void {
  forget(`draft.${user}.`);
}
