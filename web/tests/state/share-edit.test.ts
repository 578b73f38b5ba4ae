import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Sending } from '../../src/lib/api/tus';
import type { Draft } from '../../src/lib/state/draft-keeper';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import type { ShareEdit } from '../../src/lib/state/share-edit.svelte';
// What is loaded late otherwise.
import '../../src/lib/state/file-upload.svelte';
import '../../src/lib/state/upload-queue';
import { mediumOf } from '../photos';
import { browser } from './browser';
import { ShareServer } from './editing';
import { Line } from './uploads';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));
vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File) => Promise.resolve({ file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false }),
}));

let line: Line;
let server: ShareServer;
/** What the browser keeps of new photos. */
let kept: Draft | null;
beforeEach(() => {
  browser();
  line = new Line();
  server = new ShareServer(line);
  server.share = { ...server.share, media: [mediumOf(1, 1, 'Lake'), mediumOf(1, 2), mediumOf(1, 3)] };
  wire.send = line.send as typeof wire.send;
  kept = null;
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
  vi.spyOn(KeptPhotos.prototype, 'isExpected', 'get').mockImplementation(() => kept !== null);
  vi.spyOn(KeptPhotos.prototype, 'open').mockImplementation(() => Promise.resolve(kept));
  vi.spyOn(KeptPhotos.prototype, 'save').mockImplementation((draft) => void (kept = draft));
  vi.spyOn(KeptPhotos.prototype, 'clear').mockImplementation(() => void (kept = null));
});
afterEach(() => void vi.restoreAllMocks().unstubAllGlobals());

const file = (name: string) => new File([name], name);
const idsOf = ({ items }: ShareEdit) => items.map(({ id }) => id);
const idsThere = () => server.share.media.map(({ id }) => id);

test('a share whose photos stay as they are is sent as a text alone, and one that is as it was isn’t sent', async () => {
  const { edit, taken } = server.edit();
  edit.move(0, 2);
  edit.move(2, 0);
  edit.write('Hello again');
  await edit.save();
  expect([server.sent, edit.state, taken.length]).toEqual([[{ text: 'Hello again' }], 'over', 1]);
  const again = server.edit().edit;
  await again.save();
  expect([server.sent.length, again.state]).toEqual([1, 'over']);
});

test('another order, another caption, a date, what is taken out and what is new are sent as the whole list', async () => {
  server.share.media = server.share.media.map((medium) => ({ ...medium, taken_at: '2019-07-14T15:30:00+02:00' }));
  const { edit } = server.edit();
  edit.move(2, 0);
  edit.remove(2);
  edit.describe(1, { caption: 'The lake', takenAt: '' });
  edit.describe(3, { takenAt: '2018-07-14T15:30' });
  await edit.added.choose([file('a')]);
  edit.describe(-1, { caption: 'New' });
  edit.move(2, 1);
  await edit.save();
  const media = [
    { id: 3, caption: null, taken_at: '2018-07-14T15:30:00+02:00' },
    { upload: 1, caption: 'New' },
    { id: 1, caption: 'The lake', taken_at: null },
  ];
  expect(server.sent).toEqual([{ text: 'Hello', media }]);
  expect([edit.state, line.deleted]).toEqual(['over', ['/uploads/1']]);
});

test('no more new photos are taken than the share has room for', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a'), file('b')]);
  expect([idsOf(edit), edit.added.left]).toEqual([[1, 2, 3, -1], 1]);
});

test('an edit whose answer was lost is not made twice', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  edit.write('With a');
  server.fates = ['lost'];
  await edit.save();
  expect([edit.state, edit.text]).toEqual(['waiting', 'With a']);
  await edit.save();
  expect([edit.state, edit.error, idsThere(), line.begun]).toEqual(['over', null, [1, 2, 3, 101], ['a']]);
});

test('what was written and chosen after an answer was lost is saved in addition, and once', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  server.fates = ['lost'];
  await edit.save();
  edit.write('Later words');
  edit.describe(-1, { caption: 'Later caption' });
  edit.move(3, 0);
  await edit.save();
  expect([edit.state, server.share.text, idsThere(), server.share.media[0]?.caption]).toEqual(['over', 'Later words', [101, 1, 2, 3], 'Later caption']);
});

test('others may edit on top of what was saved without an answer', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  edit.write('Mine');
  server.fates = ['lost'];
  await edit.save();
  server.change({ text: 'Mine, and theirs', media: server.share.media.map(({ id }) => ({ id, caption: null })).reverse() });
  await edit.save();
  expect([edit.state, server.share.text, idsThere()]).toEqual(['over', 'Mine, and theirs', [101, 3, 2, 1]]);
});

test('an edit that never arrived is sent as it is', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  server.fates = ['cut'];
  await edit.save();
  server.change({ text: 'From there' });
  edit.write('From here');
  await edit.save();
  expect([(edit.error as ApiError).code, edit.text, edit.other, idsOf(edit)]).toEqual(['share_edited', 'From here', 'From there', [1, 2, 3, -1]]);
  await edit.save();
  expect([edit.state, server.share.text]).toEqual(['editing', 'From there']);
  edit.chooseText('From both');
  await edit.save();
  expect([edit.state, server.share.text, idsThere()]).toEqual(['over', 'From both', [1, 2, 3, 101]]);
});

test('words that are written while it is saved stay, and are saved next', async () => {
  const { edit } = server.edit();
  server.under = () => edit.write('First words, and more');
  edit.write('First words');
  await edit.save();
  server.under = () => undefined;
  expect([edit.state, edit.isBehind, edit.text, server.share.text]).toEqual(['editing', true, 'First words, and more', 'First words']);
  await edit.save();
  expect([edit.state, server.share.text]).toEqual(['over', 'First words, and more']);
});

test('after a reload, all of it is there, and what had been saved without an answer isn’t sent again', async () => {
  const first = server.edit().edit;
  await first.added.choose([file('a')]);
  await first.added.settled();
  first.write('With a');
  first.describe(-1, { caption: 'The new one' });
  first.move(3, 0);
  const second = server.edit().edit;
  await second.added.settled();
  expect([second.text, idsOf(second), second.items[0]?.caption]).toEqual(['With a', [-1, 1, 2, 3], 'The new one']);
  server.fates = ['lost'];
  await second.save();
  second.write('With a, at last');

  const third = server.edit().edit;
  await third.added.settled();
  expect([third.text, idsOf(third), line.begun]).toEqual(['With a, at last', [101, 1, 2, 3], ['a']]);
  await third.save();
  expect([third.state, server.share.text, idsThere()]).toEqual(['over', 'With a, at last', [101, 1, 2, 3]]);
});

test('after a reload, a photo that was saved without an answer is not taken for one that was removed since', async () => {
  const first = server.edit().edit;
  await first.added.choose([file('a')]);
  server.fates = ['lost'];
  await first.save();
  const second = server.edit().edit;
  await second.added.settled();
  expect([second.state, idsThere(), line.begun]).toEqual(['over', [1, 2, 3, 101], ['a']]);
});

test('a text that an earlier version of the app has kept is taken up', () => {
  localStorage.setItem('draft.1.share-1', '{half a thought');
  const { edit } = server.edit();
  expect([edit.text, idsOf(edit)]).toEqual(['{half a thought', [1, 2, 3]]);
});

test('an upload that has waited for too long is sent again', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  await edit.added.settled();
  line.deleted.push('/uploads/1');
  await edit.save();
  expect([edit.state, idsThere(), line.begun]).toEqual(['over', [1, 2, 3, 101], ['a', 'a']]);
});

test('what is thrown away is deleted at the server and forgotten here', async () => {
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  await edit.added.settled();
  edit.cancel();
  expect([edit.state, line.deleted, localStorage.getItem('draft.1.share-1'), kept?.photos ?? []]).toEqual(['over', ['/uploads/1'], null, []]);
});
