// An edit of a share as this browser keeps it, so that a reload takes nothing. The bytes of new photos are kept elsewhere.

import { freshKey } from '../api/key';
import type { Medium, Share } from '../api/types';
import { places } from '../forms/drafts';
import type { Content, Described } from './share-merge';
import type { WindowDrafts } from './window-drafts';

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
  /** The place at which its new photos are kept: no other edit has the same. */
  additions: string;
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

/** An edit from before; null if there is none. */
export function readEdit(drafts: Pick<WindowDrafts, 'read'>, user: number, share: Share): KeptEdit | null {
  const place = places.edit(share.id);
  const kept = drafts.read(user, place);
  if (kept === null) return null;
  const begun = begin(share);
  try {
    const edit = JSON.parse(kept) as Partial<KeptEdit> | null;
    // An earlier version of the app has kept its photos at the place of the share.
    if (typeof edit?.text === 'string' && edit.base && edit.photos) return { ...begun, additions: place, ...edit };
  } catch {
    // An earlier version of the app has kept the text alone.
  }
  return { ...begun, text: kept };
}

/** What was written in an edit that can't be saved any more, and where its new photos are kept. */
export function newWords(kept: string): { words: string; additions: string | null } {
  try {
    const { base, text, photos = [], lost = [], additions = null } = JSON.parse(kept) as Partial<KeptEdit>;
    if (typeof text === 'string' && base) {
      const before = new Map(base.photos.map(({ id, caption }) => [id, caption]));
      const captions = photos.flatMap(({ id, caption }) => (caption === (before.get(id) ?? '') ? [] : [caption]));
      return { words: [...(text === base.text ? [] : [text]), ...captions, ...lost].filter((each) => each.trim()).join('\n'), additions };
    }
  } catch {
    // An earlier version of the app has kept the text alone.
  }
  return { words: kept, additions: null };
}

/** Keeps an edit for this window; null forgets it. */
export const keepEdit = (drafts: Pick<WindowDrafts, 'keep'>, user: number, share: number, edit: KeptEdit | null) =>
  drafts.keep(user, places.edit(share), edit && JSON.stringify(edit));

/** An edit that changes nothing yet. */
export function begin(share: Share): KeptEdit {
  const base = baseOf(share);
  const additions = `${places.edit(share.id)}-${freshKey()}`;
  return { text: base.text, photos: base.photos, base, unanswered: [], other: null, captions: [], lost: [], additions };
}
