import { expect, test } from 'vitest';

import type { Medium } from '../../src/lib/api/types';
import { ShareEdit } from '../../src/lib/state/share-edit.svelte';
import { isDone, rebase } from '../../src/lib/state/share-rebase';
import { mediumOf } from '../photos';

const base = (media: Medium[], version = 1, text = 'Hello') => ({ media, version, text });
const edit = () => new ShareEdit(base([mediumOf(1, 1, 'Lake'), mediumOf(1, 2), mediumOf(1, 3)]), null);
const said = (form: FormData) => [...form.entries()].map(([name, value]) => `${name}=${String(value)}`);

test('a share whose photos stay as they are is sent as a text alone', () => {
  const untouched = edit();
  untouched.move(0, 2);
  untouched.move(2, 0);
  expect(untouched.isChanged).toBe(false);
  expect(said(untouched.form('Hello'))).toEqual(['text=Hello']);
});

test('another order, another caption and what is taken out are sent as the whole list', () => {
  const changed = edit();
  changed.move(2, 0);
  changed.remove(2);
  changed.writeCaption(1, 'The lake');
  expect(changed.isChanged).toBe(true);
  expect(said(changed.form('Hello'))).toEqual(['text=Hello', 'media=', 'media=3', 'caption=', 'media=1', 'caption=The lake']);
});

test('a share without photos any more is told so', () => {
  const emptied = edit();
  for (const id of [1, 2, 3]) emptied.remove(id);
  expect(said(emptied.form('Hello'))).toEqual(['text=Hello', 'media=']);
});

test('a date that is changed keeps its zone, one that is taken away is none, and others are not said', () => {
  const dated = (id: number, taken_at: string | null) => ({ ...mediumOf(1, id), taken_at });
  const changed = new ShareEdit(base([dated(1, '2019-07-14T15:30:00+02:00'), dated(2, '2020-01-01T00:00:00'), dated(3, null), dated(4, '2021-01-01T00:00:00Z')]), null);
  expect(changed.items.map(({ takenAt }) => takenAt)).toEqual(['2019-07-14T15:30:00', '2020-01-01T00:00:00', '', '2021-01-01T00:00:00']);
  changed.writeDate(1, '2018-07-14T15:30');
  changed.writeDate(2, '');
  changed.writeDate(3, '1999-12-31T23:59:59');
  expect(changed.isChanged).toBe(true);
  expect(said(changed.form('Hello')).filter((field) => !field.startsWith('caption'))).toEqual([
    'text=Hello',
    'media=',
    'media=1',
    'taken_at=2018-07-14T15:30+02:00',
    'media=2',
    'taken_at=none',
    'media=3',
    'taken_at=1999-12-31T23:59:59',
    'media=4',
  ]);
});

test('photos that were added elsewhere meanwhile come behind, and those that were removed there go', () => {
  const mine = edit();
  mine.move(2, 0);
  mine.remove(2);
  mine.writeCaption(1, 'The lake');
  const there = base([mediumOf(1, 1, 'Lake'), mediumOf(1, 2, 'Fog'), mediumOf(1, 4, 'New')], 2, 'Hello');
  expect(rebase(mine, 'Hello', there)).toBe('Hello');
  expect(mine.base.version).toBe(2);
  expect(mine.items.map(({ id, caption }) => [id, caption])).toEqual([
    [1, 'The lake'],
    [4, 'New'],
  ]);
  expect(said(mine.form('Hello'))).toEqual(['text=Hello', 'media=', 'media=1', 'caption=The lake', 'media=4', 'caption=New']);
});

test('what was not changed here is as it was written elsewhere', () => {
  const mine = edit();
  const there = base([mediumOf(1, 2), mediumOf(1, 1, 'At the lake'), mediumOf(1, 3)], 2, 'Hello again');
  expect(rebase(mine, 'Hello', there)).toBe('Hello again');
  expect(mine.items.map(({ caption }) => caption)).toEqual(['At the lake', '', '']);
  const other = edit();
  expect(rebase(other, 'My own words', there)).toBe('My own words');
});

test('an edit whose answer was lost is known to be saved, but not where it has new photos', () => {
  const mine = edit();
  mine.writeCaption(2, 'Fog ');
  const there = base([mediumOf(1, 1, 'Lake'), mediumOf(1, 2, 'Fog'), mediumOf(1, 3)], 2, 'Hello');
  expect(isDone(mine, 'Hello ', there)).toBe(true);
  expect(isDone(mine, 'Hello again', there)).toBe(false);
  mine.remove(3);
  expect(isDone(mine, 'Hello', there)).toBe(false);
});
