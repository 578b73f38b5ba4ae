// How an edit of a share gets to the server, and how it is found out whether one whose answer was lost has arrived.

import type { Api } from '../api/client';
import { ApiError, isGone, isPassing } from '../api/errors';
import type { EditedShare, NewMedium } from '../api/types';
import type { Base, Sent } from './edit-draft';
import { type Content, type Described, isSameContent, isSamePhotos } from './share-merge';

/** How long the answer may take, in milliseconds, and how many more for each new photo and video. */
const TIMEOUT = 45_000;
const EACH = 60_000;
/** How long is waited, in milliseconds, before what wasn't answered is asked again. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

/** Sends an edit of what the share was before; `named` says which uploads a new photo is. */
export async function send(
  api: Pick<Api, 'report' | 'editShare'>,
  share: number,
  { sent, before, named }: { sent: Sent; before: Base; named: ReadonlyMap<number, NewMedium> },
  request: AbortController,
): Promise<void> {
  const lost = new ApiError(0, '', 'unreachable');
  const timer = setTimeout(() => request.abort(lost), TIMEOUT + EACH * named.size);
  try {
    await api.editShare(share, jsonOf(sent, before, named), sent.version, request.signal);
  } catch (error) {
    if (error === lost) api.report(lost);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The text, and the whole list of photos if anything about them is changed. */
export function jsonOf(sent: Content, before: Base, named: ReadonlyMap<number, NewMedium>): EditedShare {
  const { text, photos } = sent;
  if (isSamePhotos(photos, before.photos)) return { text };
  const known = new Map(before.photos.map((photo) => [photo.id, photo]));
  const media = photos.map((photo) => {
    const { id, caption, takenAt, zone } = photo;
    const was = known.get(id);
    // Of a new photo, the photo itself says when it was taken, unless that is set here. The zone is as it is known already.
    const dated = takenAt === (was?.takenAt ?? '') ? {} : { taken_at: takenAt ? takenAt + zone : null };
    const words = caption.trim() ? caption : null;
    const upload = named.get(id);
    return upload ? { ...upload, ...(words !== null && { caption: words }), ...dated } : { id, caption: words, ...dated };
  });
  return { text, media };
}

/** Which of those that were sent without an answer has become of the share what it is, or what it was before others have edited it. */
export async function landedOf(api: Pick<Api, 'request'>, unanswered: readonly Sent[], current: Base): Promise<Sent | null> {
  const taken: Sent[] = [];
  for (const sent of unanswered) {
    const ids = sent.uploads.flatMap(([, uploads]) => uploads);
    const isFresh = freshIn(sent, current).length >= sent.uploads.length;
    if (ids.length > 0 && isFresh && (await areTaken(api, ids))) taken.push(sent);
  }
  const isIt = (sent: Sent) => isSameContent({ ...sent, photos: renamed(sent.photos, idsOf(sent, current)) }, current);
  return taken.find(isIt) ?? taken.at(-1) ?? unanswered.find((sent) => sent.uploads.length === 0 && isIt(sent)) ?? null;
}

/** Asks until there is an answer, less often each time; null if it is refused, or nobody wants to know any more. */
export async function askPatiently<T>(ask: () => Promise<T>, isWanted: () => boolean): Promise<T | null> {
  for (let wait = FIRST_WAIT; isWanted(); wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) return null;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return null;
}

/** Whether the server has none of these uploads any more: a share has taken them. */
async function areTaken(api: Pick<Api, 'request'>, uploads: readonly number[]): Promise<boolean> {
  for (const upload of uploads) {
    try {
      await api.request('GET', `/uploads/${upload}`);
      return false;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return true;
}

/** After `sent` has become the share: what was saved, and what has been edited since, with the ids that new photos have now. */
export function afterLanding(sent: Sent, mine: Content, current: Base): { base: Content; mine: Content } {
  const ids = idsOf(sent, current);
  const now = renamed(mine.photos, ids);
  if (!isNext(sent, current)) return { base: { text: sent.text, photos: renamed(sent.photos, ids) }, mine: { text: mine.text, photos: now } };
  // Nobody else has edited it. What wasn't changed since is as the server has cleaned it.
  const before = new Map(renamed(sent.photos, ids).map((photo) => [photo.id, photo]));
  const saved = new Map(current.photos.map((photo) => [photo.id, photo]));
  const photos = now.map((photo) => {
    const [was, is] = [before.get(photo.id), saved.get(photo.id)];
    if (!was || !is) return photo;
    const [caption, takenAt] = [photo.caption === was.caption ? is.caption : photo.caption, photo.takenAt === was.takenAt ? is.takenAt : photo.takenAt];
    return { ...is, caption, takenAt };
  });
  return { base: current, mine: { text: mine.text === sent.text ? current.text : mine.text, photos } };
}

/** Whether what was sent has made the share what it is: its version ends with a number that each edit counts up. */
export function isNext({ version }: Sent, current: Base): boolean {
  const [, epoch = '', count = ''] = /^(.*?)(\d+)$/.exec(version) ?? [];
  return current.version === `${epoch}${Number(count) + 1}`;
}

/** The ids that the new photos of an edit have at the server, by those that they had here. */
function idsOf(sent: Sent, current: Base): ReadonlyMap<number, number> {
  const fresh = freshIn(sent, current);
  const isWhole = isNext(sent, current) && sent.photos.length === current.photos.length;
  const added = sent.photos.map(({ id }, at) => [id, isWhole ? current.photos[at]?.id : undefined] as const).filter(([id]) => id < 0);
  // Ids are given in the order of the list.
  return new Map(added.flatMap(([id, place], at) => ((place ?? fresh[at]) === undefined ? [] : [[id, (place ?? fresh[at]) as number]])));
}

/** The photos of a share that an edit didn't know. */
function freshIn(sent: Sent, current: Base): number[] {
  const known = new Set(sent.photos.map(({ id }) => id));
  return current.photos
    .map(({ id }) => id)
    .filter((id) => !known.has(id))
    .sort((one, other) => one - other);
}

const renamed = (photos: readonly Described[], ids: ReadonlyMap<number, number>) => photos.map((photo) => ({ ...photo, id: ids.get(photo.id) ?? photo.id }));
