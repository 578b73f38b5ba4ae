// Pages of a list of photos, put together. Photos stand in the order of their shares, newest first; a share may have several.

import type { Page, Photo } from '../api/types';

/** What was read, with the next page behind it. */
export function join(read: Page<Photo>, page: Page<Photo>): Page<Photo> {
  const known = new Set(read.rows.map(({ image }) => image.id));
  const last = read.rows.at(-1)?.share_id ?? Infinity;
  const older = page.rows.filter(({ image, share_id }) => share_id <= last && !known.has(image.id));
  return { rows: [...read.rows, ...older], next: page.next };
}

/** What was read, with a newer first page in the place of what stood there. What doesn't reach down to what was read
takes its place altogether. */
export function refresh(read: Page<Photo>, page: Page<Photo>): Page<Photo> {
  const last = page.rows.at(-1);
  if (page.next === null || !last || (read.rows[0]?.share_id ?? 0) < last.share_id) return page;
  const at = read.rows.findIndex(({ image }) => image.id === last.image.id);
  // The page ends within a share that has changed: what is behind it there isn't known any more.
  if (at < 0 && read.rows.some(({ share_id }) => share_id === last.share_id)) return page;
  const older = at < 0 ? read.rows.filter(({ share_id }) => share_id < last.share_id) : read.rows.slice(at + 1);
  return older.length === 0 ? page : { rows: [...page.rows, ...older], next: read.next };
}
