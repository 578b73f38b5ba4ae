// Texts that were begun and not yet sent, so that a reload or a lost session takes nothing. Each person of this browser
// has their own; `place` is what the text is for.

import { forget, read, write } from '../dom/storage';

export const places = {
  newShare: (space: number) => `space-${space}`,
  edit: (share: number) => `share-${share}`,
};

const key = (user: number, place: string) => `draft.${user}.${place}`;

/** The draft, or null if there is none. */
export function readDraft(user: number, place: string): string | null {
  return read(key(user, place));
}

/** Keeps the draft; white space alone, or null, is none. */
export function keepDraft(user: number, place: string, text: string | null): void {
  write(key(user, place), text?.trim() ? text : null);
}

/** Forgets all drafts of a person: who signs out leaves nothing to read on this device. */
export function forgetDrafts(user: number): void {
  forget(`draft.${user}.`);
}
