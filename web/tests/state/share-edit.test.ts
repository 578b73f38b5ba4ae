import { expect, test } from 'vitest';

import { ShareEdit } from '../../src/lib/state/share-edit.svelte';
import { mediumOf } from '../photos';

const edit = () => new ShareEdit([mediumOf(1, 1, 'Lake'), mediumOf(1, 2), mediumOf(1, 3)], null);
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
