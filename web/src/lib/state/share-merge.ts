// Puts an edit of a share together with what was changed elsewhere meanwhile: words by who has changed them, photos by their ids. Nobody's
// words are lost: where both have changed the same ones, both are returned, for their author to choose.

/** A photo of a share, as far as it can be edited. */
export interface Described {
  id: number;
  caption: string;
  /** What a clock showed where it was taken, to the second; empty if unknown. */
  takenAt: string;
  /** The zone of that clock, as the server writes it; empty if unknown. */
  zone: string;
}

/** What can be edited of a share. */
export interface Content {
  text: string;
  photos: readonly Described[];
}

export interface Merged extends Content {
  /** The text elsewhere, where both have changed it; null where `text` is the only one. */
  other: string | null;
  /** The captions elsewhere, by photo, where both have changed one. */
  captions: ReadonlyMap<number, string>;
  /** Captions that were written here, of photos that are gone there. */
  lost: string[];
}

/** Merges `mine` and `theirs`, which both began as `base`. */
export function merge(base: Content, mine: Content, theirs: Content): Merged {
  const [before, here, there] = [base, mine, theirs].map(({ photos }) => new Map(photos.map((photo) => [photo.id, photo])));
  const captions = new Map<number, string>();
  const lost: string[] = [];
  const merged = new Map<number, Described>();
  for (const [id, photo] of here ?? []) {
    const [was, other] = [before?.get(id), there?.get(id)];
    if (!was) merged.set(id, photo);
    else if (other) {
      const caption = words(was.caption, photo.caption, other.caption);
      if (caption.other !== null) captions.set(id, caption.other);
      const dated = photo.takenAt === was.takenAt ? other : photo;
      merged.set(id, { ...dated, caption: caption.kept });
    } else if (photo.caption.trim() !== '' && !isSame(photo.caption, was.caption)) lost.push(photo.caption);
  }
  for (const [id, photo] of there ?? []) {
    const was = before?.get(id);
    // What was taken out here, and given other words there, stays.
    if (!here?.has(id) && (!was || (photo.caption.trim() !== '' && !isSame(photo.caption, was.caption)))) merged.set(id, photo);
  }
  const order = mergeOrder(base, mine, theirs, merged);
  const text = words(base.text, mine.text, theirs.text);
  const photos = order.flatMap((id) => merged.get(id) ?? []);
  return { text: text.kept, photos, other: text.other, captions, lost };
}

/** Whether two contents say the same. */
export function isSameContent(one: Content, other: Content): boolean {
  return isSame(one.text, other.text) && stateOf(one.photos) === stateOf(other.photos);
}

/** Whether the photos, their order and what is said of them are the same. */
export const isSamePhotos = (one: readonly Described[], other: readonly Described[]) => stateOf(one) === stateOf(other);

const stateOf = (photos: readonly Described[]) => JSON.stringify(photos.map(({ id, caption, takenAt }) => [id, caption.trim(), takenAt]));

const isSame = (one: string, other: string) => one.trim() === other.trim();

/** The words that stay, and those of the other side if both have changed them. */
function words(base: string, mine: string, theirs: string): { kept: string; other: string | null } {
  if (isSame(mine, base) || isSame(mine, theirs)) return { kept: theirs, other: null };
  return { kept: mine, other: isSame(theirs, base) ? null : theirs };
}

/** The order of theirs, in which what was moved or added here comes behind what it is behind here. */
function mergeOrder(base: Content, mine: Content, theirs: Content, kept: ReadonlyMap<number, unknown>): number[] {
  const [before, here, there] = [base, mine, theirs].map(({ photos }) => photos.map(({ id }) => id).filter((id) => kept.has(id)));
  if (!before || !here || !there) return [];
  const still = longestIn(before, here);
  const order = there.filter((id) => still.has(id) || !here.includes(id));
  for (const [at, id] of here.entries()) {
    if (still.has(id)) continue;
    const behind = here.slice(0, at).findLast((each) => order.includes(each));
    order.splice(behind === undefined ? 0 : order.indexOf(behind) + 1, 0, id);
  }
  return order;
}

/** The most photos of `here` that are in the order which they had before: the others were moved, or are new. */
function longestIn(before: readonly number[], here: readonly number[]): ReadonlySet<number> {
  const runs: number[][] = [];
  const known = here.filter((id) => before.includes(id));
  const longest = (of: number[][]) => of.reduce((one, other) => (other.length > one.length ? other : one), []);
  for (const id of known) {
    const isBehind = (run: number[]) => before.indexOf(run.at(-1) ?? id) < before.indexOf(id);
    runs.push([...longest(runs.filter(isBehind)), id]);
  }
  return new Set(longest(runs));
}
