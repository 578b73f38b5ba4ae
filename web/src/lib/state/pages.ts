// Pieces of a list of photos, put together.

import type { Photo, Page } from '../api/types';

/** What was read, with the next page behind it. */
export function join(read: Page<Photo>, page: Page<Photo>): Page<Photo> {
  const last = read.rows.at(-1)?.share_id ?? Infinity;
  return { rows: [...read.rows, ...page.rows.filter((photo) => photo.share_id < last)], next: page.next };
}

/** What was read, with a newer first page in the place of what stood there. What doesn't reach down to what was read
takes its place altogether. */
export function refresh(read: Page<Photo>, page: Page<Photo>): Page<Photo> {
  const newest = read.rows[0]?.share_id ?? 0;
  const last = page.rows.at(-1)?.share_id ?? 0;
  const older = read.rows.filter((photo) => photo.share_id < last);
  if (page.next === null || newest < last || older.length === 0) return page;
  return { rows: [...page.rows, ...older], next: read.next };
}
