import { expect, test } from 'vitest';

import { linkify } from '../src/lib/format/linkify';

const links = (text: string) => linkify(text).flatMap(({ text: shown, href }) => (href === null ? [] : [[shown, href]]));

test('a text without links is one part', () => {
  expect(linkify('Nice weather. a.b/c')).toEqual([{ text: 'Nice weather. a.b/c', href: null }]);
  expect(linkify('')).toEqual([]);
});

test('web addresses become links, and the rest is unchanged', () => {
  expect(linkify('See https://example.org/a?b=1#c and www.example.org!')).toEqual([
    { text: 'See ', href: null },
    { text: 'https://example.org/a?b=1#c', href: 'https://example.org/a?b=1#c' },
    { text: ' and ', href: null },
    { text: 'www.example.org', href: 'https://www.example.org/' },
    { text: '!', href: null },
  ]);
});

test.each([
  ['(https://example.org/a)', 'https://example.org/a'],
  ['https://en.wikipedia.org/wiki/Plum_(fruit)', 'https://en.wikipedia.org/wiki/Plum_(fruit)'],
  ['(see https://en.wikipedia.org/wiki/Plum_(fruit)).', 'https://en.wikipedia.org/wiki/Plum_(fruit)'],
  ['„https://example.org“', 'https://example.org'],
  ['https://example.org…', 'https://example.org'],
  ['https://example.org/a/?', 'https://example.org/a/'],
])('the signs of the sentence around %s are no part of it', (text, shown) => {
  expect(links(text).map(([text]) => text)).toEqual([shown]);
});

test.each([
  'javascript:alert(1)',
  'JAVASCRIPT://example.org/%0aalert(1)',
  'data:text/html,x',
  'ftp://example.org',
  'https://',
  'https://bank.example@evil.example/',
  'xhttps://example.org',
])('%s is not a link', (text) => {
  expect(links(text)).toEqual([]);
});

test('markup stays text', () => {
  const text = '<img src=x onerror=alert(1)> https://example.org/"><script>';
  expect(links(text)).toEqual([['https://example.org/', 'https://example.org/']]);
  expect(linkify(text).map((part) => part.text).join('')).toBe(text);
});

test('joined again, the parts are the text, however strange it is', () => {
  const signs = ['https://', 'www.', 'a.b', '(', ')', '.', ' ', '\n', 'ü', '👪', '"', '@', '/', '?', '[', '}'];
  let seed = 7;
  const next = () => (seed = (seed * 16807) % 2147483647);
  for (let round = 0; round < 2000; round++) {
    const text = Array.from({ length: next() % 12 }, () => signs[next() % signs.length]).join('');
    const parts = linkify(text);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    for (const { href } of parts) if (href !== null) expect(href).toMatch(/^https?:\/\//);
  }
});
