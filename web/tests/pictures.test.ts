import { rgbaToThumbHash } from 'thumbhash';
import { expect, test } from 'vitest';

import { lengthOf } from '../src/lib/format/length';
import { initialOf, initialsOf, tintOf } from '../src/lib/format/avatar';
import { shownProportion } from '../src/lib/photos/shown-size';
import { decode } from '../src/lib/photos/placeholder';

test('a photo keeps its proportions between 4:5 and 2:1', () => {
  expect(shownProportion({ width: 3000, height: 2000 })).toBe(1.5);
  expect(shownProportion({ width: 1000, height: 4000 })).toBe(0.8);
  expect(shownProportion({ width: 5000, height: 1000 })).toBe(2);
});

test('the likeness of a photo has its colour and proportions', () => {
  const pixels = new Uint8Array(40 * 20 * 4).map((_, at) => [200, 90, 40, 255][at % 4] ?? 0);
  const likeness = decode(btoa(String.fromCharCode(...rgbaToThumbHash(40, 20, pixels))));
  expect(likeness && likeness.w / likeness.h).toBeCloseTo(2, 0);
  const [red = 0, green = 0, blue = 0] = likeness?.rgba ?? [];
  expect(Math.abs(red - 200) + Math.abs(green - 90) + Math.abs(blue - 40)).toBeLessThan(30);
});

test.each(['', 'no hash!', 'AA=='])('%j is not a placeholder, and does no harm', (hash) => {
  expect(decode(hash)).toBeNull();
});

test('the initial of a name is its first letter or digit', () => {
  expect(initialOf('family', 'en')).toBe('F');
  expect(initialOf('„Ärger“', 'de')).toBe('Ä');
  expect(initialOf('  7 dwarfs', 'en')).toBe('7');
  expect(initialOf('👪 & co', 'en')).toBe('C');
  expect(initialOf('👪', 'en')).toBe('👪');
  expect(initialOf('', 'en')).toBe('?');
});

test('spaces made one after the other look different', () => {
  expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(tintOf)).size).toBe(8);
});

test('lengths are counted as the server counts them', () => {
  expect(lengthOf('añb')).toBe(3);
  expect(lengthOf('an\u0303b')).toBe(3);
  expect(lengthOf('👍🏽')).toBe(2);
});

test('the initials of a person are those of their first and last name', () => {
  const initials = (name: string) => initialsOf(name, 'en');
  expect(['ann', 'Ann Miller', 'robert the builder', ' Ann  👪 ', '🎉 🎈', 'Ann (Granny)', '祖母'].map(initials)).toEqual([
    'A', 'AM', 'RB', 'A', '🎉', 'AG', '祖',
  ]);
});
