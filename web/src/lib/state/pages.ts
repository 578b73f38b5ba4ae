// Pieces of a list of photos, put together.

import type { Photo, Piece } from '../api/types';

/** What was read, with the next piece behind it. */
export function join(read: Piece<Photo>, piece: Piece<Photo>): Piece<Photo> {
  const last = read.rows.at(-1)?.share_id ?? Infinity;
  return { rows: [...read.rows, ...piece.rows.filter((photo) => photo.share_id < last)], next: piece.next };
}

/** What was read, with a newer first piece in the place of what stood there. What doesn't reach down to what was read
takes its place altogether. */
export function refresh(read: Piece<Photo>, piece: Piece<Photo>): Piece<Photo> {
  const newest = read.rows[0]?.share_id ?? 0;
  const last = piece.rows.at(-1)?.share_id ?? 0;
  const older = read.rows.filter((photo) => photo.share_id < last);
  if (piece.next === null || newest < last || older.length === 0) return piece;
  return { rows: [...piece.rows, ...older], next: read.next };
}
