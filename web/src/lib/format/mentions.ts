// Members who are named in texts by `@` and their login.

import type { Part } from './linkify';

/** Somebody who may be named. */
interface Named {
  id: number;
  login: string;
}

/** A part of a text, perhaps with whom it names. */
export interface NamingPart<T extends Named = Named> extends Part {
  user: T | null;
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase();
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** Splits the plain parts of a text once more, where they name one of these. Joined again, the parts are the text. */
export function markMentions<T extends Named>(parts: readonly Part[], users: readonly T[]): NamingPart<T>[] {
  // The longest first: "@Anna" isn't "@Ann".
  const named = [...users].sort((one, other) => other.login.length - one.login.length);
  return parts.flatMap((part) => (part.href === null && named.length > 0 ? split(part.text, named) : [{ ...part, user: null }]));
}

function split<T extends Named>(text: string, named: readonly T[]): NamingPart<T>[] {
  const parts: NamingPart<T>[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at < from || WORD.test(text[at - 1] ?? '')) continue;
    const user = named.find(({ login }) => {
      const end = at + 1 + login.length;
      return fold(text.slice(at + 1, end)) === fold(login) && !WORD.test(text[end] ?? '');
    });
    if (!user) continue;
    if (at > from) parts.push({ text: text.slice(from, at), href: null, user: null });
    from = at + 1 + user.login.length;
    parts.push({ text: text.slice(at, from), href: null, user });
  }
  if (from < text.length) parts.push({ text: text.slice(from), href: null, user: null });
  return parts;
}

/** The `@` that is being written at the caret, and what stands after it so far; null if none is. */
export function mentionAt(text: string, caret: number): { from: number; typed: string } | null {
  // A search from before the beginning would find what stands at it, behind the caret.
  const from = caret > 0 ? text.lastIndexOf('@', caret - 1) : -1;
  if (from < 0 || WORD.test(text[from - 1] ?? '')) return null;
  const typed = text.slice(from + 1, caret);
  return typed.includes('\n') || typed.length > 64 ? null : { from, typed };
}

/** Those of these people whose login or name begins so, or has a word that does. */
export function matching<T extends Named & { name: string }>(users: readonly T[], typed: string, max: number): T[] {
  const sought = fold(typed);
  const said = ({ login, name }: T) => [fold(login), fold(name)];
  const begins = users.filter((user) => said(user).some((name) => name.startsWith(sought)));
  const has = (user: T) => said(user).some((name) => name.split(/\s/).some((word) => word.startsWith(sought)));
  const within = users.filter((user) => !begins.includes(user) && has(user));
  return [...begins, ...within].filter(({ login }) => fold(login) !== sought).slice(0, max);
}
