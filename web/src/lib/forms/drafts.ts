// Texts that were begun and not yet sent, so that a reload or a lost session takes nothing. Each person of this browser
// has their own; `place` is what the text is for.

import { deleteDatabase } from '../dom/database';
import { forget, keysFrom, read, write } from '../dom/storage';

export const places = {
  newShare: (space: number) => `space-${space}`,
  /** The key under which it was last sent. */
  key: (space: number) => `space-${space}.key`,
  /** It was sent off, and hasn't arrived. */
  going: (space: number) => `space-${space}.going`,
  edit: (share: number) => `share-${share}`,
  comment: (share: number) => `comment-${share}`,
  /** The key under which it is sent again. */
  commentKey: (share: number) => `comment-key-${share}`,
  editComment: (comment: number) => `comment-edit-${comment}`,
};

const key = (user: number, place: string) => `draft.${user}.${place}`;
/** The key of the login of the user whose drafts these are. */
const ownerOf = (user: number) => `owner.${user}`;

/** The draft, or null if there is none. */
export function readDraft(user: number, place: string): string | null {
  return read(key(user, place));
}

/** Keeps the draft; only whitespace, or null, removes it. */
export function keepDraft(user: number, place: string, text: string | null): void {
  write(key(user, place), text?.trim() ? text : null);
}

/** The spaces with a share that was sent off and hasn't arrived. */
export function spacesGoing(user: number): number[] {
  return keysFrom(key(user, 'space-')).flatMap((name) => {
    const [, space] = /\.space-(\d+)\.going$/.exec(name) ?? [];
    return space === undefined ? [] : [Number(space)];
  });
}

/** What a user has begun, in whichever window: in a space, about a share or about a comment, by its id. */
export function placesBegun(user: number): { kind: 'space' | 'share' | 'comment' | 'comment-edit'; id: number; place: string }[] {
  const begin = key(user, '');
  const found = keysFrom(begin).flatMap((name) => {
    const [, place, kind, id] = /^((space|share|comment|comment-edit)-(\d+))(?:@\w+|\.\w+)?$/.exec(name.slice(begin.length)) ?? [];
    return place === undefined ? [] : [[place, { kind: kind as 'space', id: Number(id), place }] as const];
  });
  return [...new Map(found).values()];
}

/** The names of the windows that have a draft at a place, which is kept at that place and the name. */
export function draftsAt(user: number, place: string): string[] {
  const begin = key(user, `${place}@`);
  return keysFrom(begin).flatMap((each) => nameIn(each.slice(begin.length - 1)));
}

/** The names of all windows that have drafts, of whomever. */
export const windowsOfDrafts = () => [...new Set(keysFrom('draft.').flatMap(nameIn))];

const nameIn = (key: string): string[] => /@(\w+)$/.exec(key)?.slice(1) ?? [];

/**
 * Opens the drafts of the signed-in user. After a server was started again with an empty data folder, another user may have the
 * same ID, who mustn't read or send what is kept under it: that is deleted.
 */
export function openDrafts({ id, login }: { id: number; login: string }): void {
  const before = read(ownerOf(id));
  if (before !== null && before !== login) forgetDrafts(id);
  if (before !== login) write(ownerOf(id), login);
}

/** Removes all drafts of a user: after signing out, nothing is left to read on this device. */
export function forgetDrafts(user: number): void {
  forget(`draft.${user}.`);
  write(ownerOf(user), null);
  deleteDatabase(user);
}
