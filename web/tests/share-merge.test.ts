import { expect, test } from 'vitest';

import { type Content, merge } from '../src/lib/state/share-merge';

/** Photos are written as `id` or `id:caption`. */
const content = (text: string, ...photos: string[]): Content => ({
  text,
  photos: photos.map((photo) => {
    const [id, caption = ''] = photo.split(':');
    return { id: Number(id), caption, takenAt: '', zone: '' };
  }),
});
const photosOf = ({ photos }: Content) => photos.map(({ id, caption }) => (caption ? `${id}:${caption}` : String(id)));
const merged = (base: string[], mine: string[], theirs: string[]) => photosOf(merge(content('', ...base), content('', ...mine), content('', ...theirs)));

test('a text that one side has changed is that side’s, and of two both are there to choose from', () => {
  const text = (mine: string, theirs: string) => {
    const { text, other } = merge(content('Lake'), content(mine), content(theirs));
    return [text, other];
  };
  expect(text('Lake ', 'Sea')).toEqual(['Sea', null]);
  expect(text('Sea', 'Lake')).toEqual(['Sea', null]);
  expect(text('Sea', 'Sea ')).toEqual(['Sea ', null]);
  expect(text('Sea', 'Pond')).toEqual(['Sea', 'Pond']);
  expect(text('', 'Pond')).toEqual(['', 'Pond']);
});

test('captions are merged one by one', () => {
  const there = merge(content('', '1:a', '2:b', '3'), content('', '1:mine', '2:b', '3:mine'), content('', '1:a', '2:theirs', '3:theirs'));
  expect(photosOf(there)).toEqual(['1:mine', '2:theirs', '3:mine']);
  expect([...there.captions]).toEqual([[3, 'theirs']]);
});

test('a new order that only one side has made stays, and so does that of both where it fits', () => {
  const base = ['1', '2', '3', '4'];
  expect(merged(base, base, ['4', '1', '3', '2'])).toEqual(['4', '1', '3', '2']);
  expect(merged(base, ['2', '4', '3', '1'], base)).toEqual(['2', '4', '3', '1']);
  // Here, 4 goes to the front; there, 3 goes before 2.
  expect(merged(base, ['4', '1', '2', '3'], ['1', '3', '2', '4'])).toEqual(['4', '1', '3', '2']);
});

test('photos that came or went on either side have come or gone, each in its place', () => {
  expect(merged(['1', '2', '3'], ['1', '-1', '2', '3'], ['1', '2', '9', '3'])).toEqual(['1', '-1', '2', '9', '3']);
  expect(merged(['1', '2', '3'], ['2', '3'], ['1', '3'])).toEqual(['3']);
  expect(merged(['1'], ['-1', '1'], ['9'])).toEqual(['-1', '9']);
  expect(merged([], ['-1', '-2'], ['8', '9'])).toEqual(['-1', '-2', '8', '9']);
});

test('words about a photo that goes on the other side are not lost silently', () => {
  const there = merge(content('', '1:a', '2'), content('', '1:Fog over it', '2'), content('', '2'));
  expect([photosOf(there), there.lost]).toEqual([['2'], ['Fog over it']]);
  const here = merge(content('', '1:a', '2', '3:c'), content('', '2'), content('', '1:Fog over it', '2', '3:c'));
  expect([photosOf(here), here.lost]).toEqual([['1:Fog over it', '2'], []]);
});

test('whatever both sides do, no photo is there twice, and none comes that neither has', () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const change = (ids: number[], from: number) => {
    const left = ids.filter(() => random(4) > 0);
    for (let moves = random(4); moves > 0; moves -= 1) left.splice(random(left.length + 1), 0, ...left.splice(random(left.length + 1), 1));
    for (let added = random(3); added > 0; added -= 1) left.splice(random(left.length + 1), 0, from + added);
    return left;
  };
  for (let round = 0; round < 400; round += 1) {
    const base = Array.from({ length: random(7) }, (_, at) => at + 1);
    const [mine, theirs] = [change(base, 100), change(base, 200)];
    const texts = [base, mine, theirs].map((ids) => ids.map(String)) as [string[], string[], string[]];
    const ids = merged(...texts).map(Number);
    const wanted = [...new Set([...mine, ...theirs])].filter((id) => !base.includes(id) || (mine.includes(id) && theirs.includes(id)));
    expect([...ids].sort(), JSON.stringify(texts)).toEqual(wanted.sort());
    expect(merged(texts[0], texts[1], texts[0])).toEqual(texts[1]);
    expect(merged(texts[0], texts[0], texts[2])).toEqual(texts[2]);
  }
});
