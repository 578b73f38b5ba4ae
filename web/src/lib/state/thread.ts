// The comments of a share as far as they are known: always the end of the conversation, without a gap.

import type { Comment, Conversation, Page } from '../api/types';

export interface Thread {
  /** Oldest first. */
  rows: readonly Comment[];
  /** How many the share has. */
  count: number;
  /** Where to read what is older than the first row; undefined while that isn't known, and null if there is nothing. */
  next: string | null | undefined;
}

export const thread = ({ count, latest }: Conversation): Thread => ({ rows: latest, count, next: undefined });

/** What a share shows of it. */
export const summaryOf = ({ rows, count }: Thread): Conversation => ({ count, latest: rows.slice(-2) });

/** Takes what a share shows by now. Returns null if that doesn't tell what is in between: then the comments have to be read. */
export function follow(known: Thread, { count, latest }: Conversation): Thread | null {
  const [first] = latest;
  if (!first || count <= latest.length) return { rows: latest, count, next: null };
  // Nobody has asked for more than this yet.
  const folded = known.rows.length <= 2 && known.next === undefined;
  const overlaps = known.rows.some(({ id }) => latest.some((each) => each.id === id));
  if (!overlaps) return folded ? { rows: latest, count, next: undefined } : null;
  const older = known.rows.filter(({ id }) => id < first.id);
  const rows = [...older, ...latest];
  // Some of the older ones are gone, or came late.
  const isOdd = count - rows.length !== known.count - known.rows.length;
  if (isOdd && !folded) return null;
  return { rows: rows.length > count ? latest : rows, count, next: known.next };
}

/** Takes a page of the newest, newest first. What was read below it stays. */
export function renew(known: Thread, { rows: read, next }: Page<Comment>, count: number): Thread {
  const newest = [...read].reverse();
  const [first] = newest;
  if (next === null || !first) return { rows: newest, count: newest.length, next: null };
  const older = known.next === undefined ? [] : known.rows.filter(({ id }) => id < first.id);
  const rows = [...older, ...newest];
  return { rows, count: Math.max(count, rows.length), next: older.length > 0 ? known.next : next };
}

/** Puts a page of older ones before those that are known. */
export function prepend(known: Thread, { rows: read, next }: Page<Comment>): Thread {
  const first = known.rows[0]?.id ?? Infinity;
  const rows = [...[...read].reverse().filter(({ id }) => id < first), ...known.rows];
  return { rows, count: next === null ? rows.length : Math.max(known.count, rows.length), next };
}

/** Puts one in that was just written, or that has changed. */
export function put(known: Thread, comment: Comment): Thread {
  if (known.rows.some(({ id }) => id === comment.id)) {
    return { ...known, rows: known.rows.map((each) => (each.id === comment.id ? comment : each)) };
  }
  const rows = [...known.rows, comment].sort((one, other) => one.id - other.id);
  return { ...known, rows, count: known.count + 1 };
}

/** Something that has happened to a comment. */
export type CommentEvent = { comment: Comment; isNew: boolean } | { deleted: number };

const editedAt = ({ edited_at }: Comment) => (edited_at ? Date.parse(edited_at) : 0);

/** Takes what has happened to a comment. Returns null if that doesn't tell how many there are by now. */
export function hear(known: Thread, event: CommentEvent): Thread | null {
  const isWhole = known.rows.length === known.count;
  const id = 'deleted' in event ? event.deleted : event.comment.id;
  const found = known.rows.find((each) => each.id === id);
  if ('deleted' in event) return found ? drop(known, id) : isWhole ? known : null;
  // What was written here since may be newer.
  if (found) return editedAt(found) > editedAt(event.comment) ? known : put(known, event.comment);
  if (!event.isNew) return known;
  return isWhole || id > (known.rows.at(-1)?.id ?? Infinity) ? put(known, event.comment) : null;
}

/** Takes one out that is gone. */
export function drop(known: Thread, id: number): Thread {
  const rows = known.rows.filter((each) => each.id !== id);
  return { ...known, rows, count: known.count - (known.rows.length - rows.length) };
}
