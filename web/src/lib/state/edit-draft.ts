// An edit of a share as this browser keeps it, so that a reload takes nothing. The bytes of new photos are kept elsewhere.

import type { Medium, Share } from '../api/types';
import { keepDraft, places, readDraft } from '../forms/drafts';
import type { Content, Described } from './share-merge';

/** The characters of a date and a time, to the second. */
const LOCAL = '2019-07-14T15:30:00'.length;

/** A share in one of its versions. */
export interface Base extends Content {
  version: string;
}

/** What was sent, and for which version of the share. */
export interface Sent extends Content {
  version: string;
  /** The uploads of each new photo, by its id. */
  uploads: readonly (readonly [id: number, uploads: readonly number[]])[];
}

/** An edit as it is kept. New photos have ids below 0. */
export interface KeptEdit extends Content {
  base: Base;
  /** What was sent, and may or may not have arrived. */
  unanswered: readonly Sent[];
  /** What was written elsewhere, where that is to be chosen from. */
  other: string | null;
  captions: readonly (readonly [id: number, caption: string])[];
  lost: readonly string[];
}

/** The share as it can be edited. */
export function baseOf({ version, text, media }: Pick<Share, 'version' | 'text' | 'media'>): Base {
  return { version, text, photos: media.map(describedOf) };
}

function describedOf({ id, caption, taken_at }: Medium): Described {
  return { id, caption: caption ?? '', takenAt: taken_at?.slice(0, LOCAL) ?? '', zone: taken_at?.slice(LOCAL) ?? '' };
}

/** A date as a browser's field has it, which leaves out seconds that are 0. */
export const toSeconds = (date: string) => (date.length === LOCAL - ':00'.length ? `${date}:00` : date);

/** Whether an edit of a share is under way. */
export const isEditKept = (user: number, share: number) => readDraft(user, places.edit(share)) !== null;

export function keepEdit(user: number, share: number, edit: KeptEdit | null): void {
  keepDraft(user, places.edit(share), edit && JSON.stringify(edit));
}

/** An edit from before; null if there is none. */
export function readEdit(user: number, share: Share): KeptEdit | null {
  const kept = readDraft(user, places.edit(share.id));
  if (kept === null) return null;
  const begun = begin(share);
  try {
    const edit = JSON.parse(kept) as Partial<KeptEdit> | null;
    if (typeof edit?.text === 'string' && edit.base && edit.photos) return { ...begun, ...edit };
  } catch {
    // An earlier version of the app has kept the text alone.
  }
  return { ...begun, text: kept };
}

/** An edit that changes nothing yet. */
export function begin(share: Share): KeptEdit {
  const base = baseOf(share);
  return { text: base.text, photos: base.photos, base, unanswered: [], other: null, captions: [], lost: [] };
}
