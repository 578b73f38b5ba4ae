import { expect, test, vi } from 'vitest';

import { groups } from '../src/features/talk/emoji-list';
import { COMMON, baseOf, emojiIn } from '../src/lib/format/emoji';
import { linkify } from '../src/lib/format/linkify';
import { markMentions, matching, mentionAt } from '../src/lib/format/mentions';
import type { Forms } from '../src/lib/i18n/messages';
import { de } from '../src/lib/i18n/talk/de';
import { en } from '../src/lib/i18n/talk/en';

const people = [
  { id: 1, login: 'Ann', name: 'Ann' },
  { id: 2, login: 'Anna', name: 'Anna' },
  { id: 3, login: 'Ben Miller', name: 'Uncle Benno' },
];

const named = (text: string) => markMentions(linkify(text), people).flatMap(({ text, user }) => (user ? [[text, user.id]] : []));

test('whom a text names is marked, the longest login first, and nobody within words and links', () => {
  expect(named('@ann and @Anna, @BEN MILLER!')).toEqual([['@ann', 1], ['@Anna', 2], ['@BEN MILLER', 3]]);
  expect(named('me@ann.org, @annette, https://x.org/@ann')).toEqual([]);
  const text = 'x @Ann\n(@anna) y';
  expect(markMentions(linkify(text), people).map((part) => part.text).join('')).toBe(text);
});

test('a mention is completed while it is written', () => {
  expect(mentionAt('Hi @an', 6)).toEqual({ from: 3, typed: 'an' });
  expect(mentionAt('me@an', 5)).toBeNull();
  expect(mentionAt('@an\nx', 5)).toBeNull();
  expect(matching(people, 'an', 5).map(({ id }) => id)).toEqual([1, 2]);
  expect(matching(people, 'mil', 5).map(({ id }) => id)).toEqual([3]);
  expect(matching(people, 'ann', 5).map(({ id }) => id)).toEqual([2]);
  // By their names too.
  expect(['uncle b', 'benno'].map((typed) => matching(people, typed, 5).map(({ id }) => id))).toEqual([[3], [3]]);
});

test('nobody is offered to a caret before the first letter', () => {
  expect(mentionAt('@An', 0)).toBeNull();
  expect(mentionAt('@An', 1)).toEqual({ from: 0, typed: '' });
});

test('what was typed counts if it is an emoji, whole', () => {
  expect(['👨‍👩‍👧 x', ' 🇩🇪', '1️⃣', 'a', '', '1', ':-)'].map(emojiIn)).toEqual(['👨‍👩‍👧', '🇩🇪', '1️⃣', null, null, null, null]);
  expect(baseOf('👍🏽')).toBe('👍');
});

test('a browser that cannot take a text apart knows the same emoji', () => {
  const typed = [...groups.flatMap((group) => group.split(' ')), '👨‍👩‍👧 x', ' 🇩🇪🇫🇷', '1️⃣', '👍🏽👍', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '❤️‍🔥', 'a', '', '1', ':-)'];
  const known = typed.map(emojiIn);
  vi.stubGlobal('Intl', { ...Intl });
  try {
    expect('Segmenter' in Intl).toBe(false);
    expect(typed.map(emojiIn)).toEqual(known);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('all emoji are in eight groups, each once', () => {
  const all = groups.flatMap((group) => group.split(' '));
  expect(groups.length).toBe(8);
  expect(all.length).toBeGreaterThan(1200);
  expect(new Set(all).size).toBe(all.length);
  for (const emoji of COMMON) expect(all).toContain(emoji);
});

test('both languages say all that is said in conversations', () => {
  const namesIn = (message: string | Forms) => [...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map(([name]) => name).sort();
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, message] of Object.entries(en)) expect([key, namesIn(de[key as keyof typeof de])]).toEqual([key, namesIn(message)]);
});
