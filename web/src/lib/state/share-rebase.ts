// Puts an edit of a share together with what was edited elsewhere meanwhile. It is loaded when that happens.

import { type Base, editedOf, type ShareEdit, stateOf } from './share-edit.svelte';

/** Whether a share has become what an edit makes of it. New photos can't be told from those of others. */
export function isDone(edit: ShareEdit, text: string, current: Base): boolean {
  const wanted = edit.items.map((each) => ({ ...each, caption: each.caption.trim() }));
  return text.trim() === current.text.trim() && stateOf(wanted) === stateOf(current.media.map(editedOf));
}

/**
 * Makes of an edit one of the share as it is now: photos that were added elsewhere come behind, those that were removed there go,
 * and what wasn't changed here is as it is there. Returns the text.
 */
export function rebase(edit: ShareEdit, text: string, current: Base): string {
  const before = new Map(edit.base.media.map((medium) => [medium.id, editedOf(medium)]));
  const there = new Map(current.media.map((medium) => [medium.id, editedOf(medium)]));
  const merged = edit.items.flatMap((mine) => {
    if (mine.picture) return [mine];
    const [theirs, base] = [there.get(mine.id), before.get(mine.id)];
    if (!theirs) return [];
    const caption = mine.caption === base?.caption ? theirs.caption : mine.caption;
    const takenAt = mine.takenAt === base?.takenAt ? theirs.takenAt : mine.takenAt;
    return [{ ...theirs, caption, takenAt }];
  });
  edit.items = [...merged, ...[...there.values()].filter(({ id }) => !before.has(id))];
  const isMine = text !== edit.base.text;
  edit.base = current;
  return isMine ? text : current.text;
}
