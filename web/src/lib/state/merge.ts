// Bringing a list that is shown up to date. Rows are numbered in the server's order, newest first; a row may come in late
// below others that are known already (its photo took longer), and each may be changed or deleted by another user.

import type { Page } from '../api/types';

interface Row {
  id: number;
}

export interface Known<T> {
  /** All that is known, newest first, without repetition. */
  rows: T[];
  /** Where to read what is older than the last row; null if that is the end. */
  next: string | null;
  /** Rows that are newer than this one wait until they are requested. */
  top: number;
  /** Down from this row, everything is known. Above it may be rows of one's own, with others unread among them. */
  settled: number;
  /** A newer beginning, which doesn't reach down to what is known. It replaces that when it is requested. */
  ahead: Page<T> | null;
}

export function nothing<T>(): Known<T> {
  return { rows: [], next: null, top: 0, settled: 0, ahead: null };
}

/** The rows that are shown. */
export function shownOf<T extends Row>({ rows, top }: Known<T>): T[] {
  return rows.filter((row) => row.id <= top);
}

/** The rows that wait until they are requested. */
export function waitingOf<T extends Row>({ rows, top, ahead }: Known<T>): T[] {
  return (ahead?.rows ?? rows).filter((row) => row.id > top);
}

/** Merges what was read from the top down. The user's own, by `isMine`, are shown immediately, with all below them. */
export function refresh<T extends Row>(known: Known<T>, read: Page<T>, isMine: (row: T) => boolean): Known<T> {
  const end = read.next === null ? 0 : (read.rows.at(-1)?.id ?? 0);
  const newest = read.rows[0]?.id ?? 0;
  if (known.rows.length > 0 && end > known.settled) {
    return raise({ ...known, ahead: read }, isMine);
  }
  const older = known.rows.filter((row) => row.id < end);
  const next = older.length > 0 ? known.next : read.next;
  return raise({ rows: [...read.rows, ...older], next, top: known.top, settled: newest, ahead: null }, isMine);
}

/** Adds what was read after the last row. */
export function extend<T extends Row>(known: Known<T>, read: Page<T>): Known<T> {
  const last = known.rows.at(-1)?.id ?? Infinity;
  return { ...known, rows: [...known.rows, ...read.rows.filter((row) => row.id < last)], next: read.next };
}

/** Puts in a row of one's own, in its place; it is shown, with all below it. */
export function insert<T extends Row>(known: Known<T>, row: T): Known<T> {
  const { rows, next, settled, top } = known.ahead ? reveal(known) : known;
  const others = rows.filter((each) => each.id !== row.id);
  return {
    rows: put(others, row, next),
    next,
    settled,
    top: Math.max(top, row.id),
    ahead: null,
  };
}

/** Puts in a row that has just come to be, or come late. It waits until it is requested, unless it belongs below what is shown. */
export function arrive<T extends Row>(known: Known<T>, row: T): Known<T> {
  const { ahead } = known;
  const { rows, next } = ahead ?? known;
  if (rows.some(({ id }) => id === row.id)) return known;
  const arrived = ahead ? { ...known, ahead: { rows: put(rows, row, next), next } } : { ...known, rows: put(rows, row, next) };
  return shownOf(arrived).length === 0 ? reveal(arrived) : arrived;
}

/** Changes the row with an id, wherever it is. */
export function change<T extends Row>(known: Known<T>, id: number, changed: (row: T) => T): Known<T> {
  return inAll(known, (rows) => rows.map((row) => (row.id === id ? changed(row) : row)));
}

/** Takes the row with an id out, wherever it is. */
export function remove<T extends Row>(known: Known<T>, id: number): Known<T> {
  return inAll(known, (rows) => rows.filter((row) => row.id !== id));
}

/** Shows what waits. */
export function reveal<T extends Row>(known: Known<T>): Known<T> {
  const { rows, next } = known.ahead ?? known;
  const newest = rows[0]?.id ?? 0;
  const settled = known.ahead ? newest : known.settled;
  return { rows, next, top: Math.max(known.top, newest), settled, ahead: null };
}

/** Puts a row in its place. What comes after the last row, where there is more, is read with that. */
function put<T extends Row>(rows: T[], row: T, next: string | null): T[] {
  const at = rows.findIndex((each) => each.id < row.id);
  if (at < 0) return next === null ? [...rows, row] : rows;
  return [...rows.slice(0, at), row, ...rows.slice(at)];
}

function inAll<T extends Row>(known: Known<T>, task: (rows: T[]) => T[]): Known<T> {
  const { ahead } = known;
  const changed = { ...known, rows: task(known.rows), ahead: ahead && { rows: task(ahead.rows), next: ahead.next } };
  return shownOf(changed).length === 0 ? reveal(changed) : changed;
}

/** Shows the user's own, and everything if nothing else is shown. */
function raise<T extends Row>(known: Known<T>, isMine: (row: T) => boolean): Known<T> {
  if (shownOf(known).length === 0) return reveal(known);
  const mine = waitingOf(known).find(isMine);
  if (!mine) return known;
  return { ...(known.ahead ? reveal(known) : known), top: mine.id };
}
