import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ServerInfo } from '../../src/lib/api/types';
import { ShareEdit } from '../../src/lib/state/share-edit.svelte';
import { shareOf } from '../photos';

vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File) => Promise.resolve({ file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false }),
}));

let released: string[];
beforeEach(() => {
  released = [];
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void released.push(url));
});
afterEach(() => void vi.restoreAllMocks());

const file = (name: string) => new File(['x'], name);
const edit = () => new ShareEdit(shareOf(1), { limits: { media_per_share: 3 } } as ServerInfo);
const namesOf = (edited: ShareEdit) => edited.items.map(({ name }) => name);

test('two choices at once together take no more than there may be', async () => {
  const edited = edit();
  void edited.choose([file('a'), file('b')]);
  void edited.choose([file('c'), file('d')]);
  await edited.looked();
  expect(namesOf(edited)).toEqual(['', 'a', 'c']);
  expect(released).toEqual(['blob:b', 'blob:d']);
});

test('what is still looked at when the editor is closed leaves nothing', async () => {
  const edited = edit();
  const choosing = edited.choose([file('a'), file('b')]);
  edited.end();
  await choosing;
  expect([namesOf(edited), released]).toEqual([[''], ['blob:a']]);
});
