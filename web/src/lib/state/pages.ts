// Pages of a list of photos, put together. Photos stand in the order of their shares or of their days, newest first; a share may
// have several.

import type { Page, Photo } from '../api/types';

/** Above 0 if `a` comes after `b`, and 0 if that isn't known. */
export type Compare = (a: Photo, b: Photo) => number;

/** What was read, with the next page after it. */
export function join(read: Page<Photo>, page: Page<Photo>, compare: Compare): Page<Photo> {
  const known = new Set(read.rows.map(({ image }) => image.id));
  const last = read.rows.at(-1);
  const older = page.rows.filter((row) => (!last || compare(row, last) >= 0) && !known.has(row.image.id));
  return { rows: [...read.rows, ...older], next: page.next };
}

/** What was read, with a newer first page in the place of what stood there. What doesn't reach down to what was read
takes its place altogether. */
export function refresh(read: Page<Photo>, page: Page<Photo>, compare: Compare): Page<Photo> {
  const last = page.rows.at(-1);
  const [first] = read.rows;
  if (page.next === null || !last || !first || compare(first, last) > 0) return page;
  // With another date it may have come from further down.
  const at = read.rows.findIndex((row) => row.image.id === last.image.id && compare(row, last) === 0);
  // The page ends within a share that has changed: what comes after it there isn't known any more.
  if (at < 0 && read.rows.some((row) => compare(row, last) === 0)) return page;
  const known = new Set(page.rows.map(({ image }) => image.id));
  const below = at < 0 ? read.rows.filter((row) => compare(row, last) > 0) : read.rows.slice(at + 1);
  // What has got a newer date is in the page, and was further down before.
  const older = below.filter(({ image }) => !known.has(image.id));
  return older.length === 0 ? page : { rows: [...page.rows, ...older], next: read.next };
}

/** What was read, with photos as they are by now at their places, as far down as was read. */
export function insert(read: Page<Photo>, photos: readonly Photo[], compare: Compare): Page<Photo> {
  const before = new Map(read.rows.map((row) => [row.image.id, row]));
  const isWhereItWas = (photo: Photo, was = before.get(photo.image.id)) => was !== undefined && compare(photo, was) === 0;
  const now = new Map(photos.map((photo) => [photo.image.id, photo]));
  const rows = read.rows.map((row) => now.get(row.image.id) ?? row).filter((row) => !now.has(row.image.id) || isWhereItWas(row));
  const moved = photos.filter((photo) => !isWhereItWas(photo) && reaches(read, photo, compare));
  return moved.length === 0 ? { rows, next: read.next } : { rows: [...rows, ...moved].sort(compare), next: read.next };
}

/** What was read, with the photos of a share as they are by now, in the order of the list: others that it had are gone. */
export function replace(read: Page<Photo>, share: number, photos: readonly Photo[], compare: Compare): Page<Photo> {
  const before = new Map(read.rows.map((row) => [row.image.id, row]));
  const isHere = (photo: Photo) => {
    const was = before.get(photo.image.id);
    return (was !== undefined && compare(photo, was) === 0) || reaches(read, photo, compare);
  };
  const others = read.rows.filter(({ share_id }) => share_id !== share);
  return { rows: [...others, ...photos.filter(isHere)].sort(compare), next: read.next };
}

/** Whether the place of a photo is within what was read. */
function reaches({ rows, next }: Page<Photo>, photo: Photo, compare: Compare): boolean {
  const last = rows.at(-1);
  return next === null || (last !== undefined && compare(photo, last) < 0);
}
