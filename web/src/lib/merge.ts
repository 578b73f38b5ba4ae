// Bringing what is shown up to date.

import type { Piece } from './types';

interface Row {
  id: number;
}

interface Merged<T> {
  /** What is shown, as it is now. */
  shown: T[];
  /** What is newer than all that is shown. */
  fresh: T[];
  /** Whether nothing lies unread between the two. */
  overlaps: boolean;
}

/** Holds a list (newest first) against its first piece, read anew: what has changed there, gone, or come. */
export function merge<T extends Row>(shown: T[], piece: Piece<T>): Merged<T> {
  const newest = shown[0]?.id ?? 0;
  const oldestRead = piece.next === null ? 0 : (piece.rows.at(-1)?.id ?? 0);
  const read = new Map(piece.rows.map((row) => [row.id, row]));
  // Within what was read anew, what is missing has been deleted.
  const kept = shown.filter((row) => row.id < oldestRead || read.has(row.id));
  return {
    shown: kept.map((row) => read.get(row.id) ?? row),
    fresh: piece.rows.filter((row) => row.id > newest),
    overlaps: oldestRead <= newest,
  };
}
