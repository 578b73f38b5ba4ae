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

/** What was read, with photos of another list at their places, as far down as was read. */
export function insert(read: Page<Photo>, photos: readonly Photo[], compare: Compare): Page<Photo> {
  const known = new Set(read.rows.map(({ image }) => image.id));
  const last = read.rows.at(-1);
  const reaches = (photo: Photo) => read.next === null || (last !== undefined && compare(photo, last) < 0);
  const fresh = photos.filter((photo) => !known.has(photo.image.id) && reaches(photo));
  if (fresh.length === 0) return read;
  return { rows: [...read.rows, ...fresh].sort(compare), next: read.next };
}
