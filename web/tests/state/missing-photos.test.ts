// Nothing is shared without something that was chosen, unless somebody who knows that says so.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FileGone } from '../../src/lib/api/errors';
import type { Sending } from '../../src/lib/api/tus';
import { places, readDraft } from '../../src/lib/forms/drafts';
import { KeptPhotos } from '../../src/lib/state/kept-photos';
import { shareOf } from '../photos';
import { browser, later, settle } from './browser';
import { arrived, composing, file, type Sent } from './composing';
import { ShareServer } from './editing';
import { Line } from './uploads';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));
/** What looks at files: whether it can be loaded, and what it waits for. */
const eye = vi.hoisted(() => ({ isThere: true, opened: Promise.resolve() }));
vi.mock('../../src/lib/photos/choosing', () => ({
  look: async (file: File) => {
    await eye.opened;
    if (file.name.endsWith('.avi')) return { reason: 'type' };
    return eye.isThere ? { file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false } : null;
  },
}));

let sent: Sent[];
let line: Line;
beforeEach(() => {
  browser();
  sent = [];
  line = new Line();
  wire.send = line.send as typeof wire.send;
  Object.assign(eye, { isThere: true, opened: Promise.resolve() });
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks().unstubAllGlobals());

const made = () => composing(line, sent);
const namesSent = () => sent.map(({ json }) => json.media.map(({ upload }) => line.nameOf(upload)));
const isGoing = () => readDraft(1, places.going(3)) !== null;

/** Pressed again, it goes, and nothing is said any more. */
async function goes(composer: ReturnType<typeof made>['composer']) {
  const sending = composer.send();
  await vi.waitFor(() => expect(sent.length).toBe(1));
  expect(composer.photos.isHeld).toBe(false);
  sent[0]?.answer.resolve(shareOf(9));
  await sending;
  expect([composer.sent?.id, composer.photos.problems]).toEqual([9, []]);
}

test('what is rejected while it is looked at keeps the share from being sent, until that is pressed again', async () => {
  const open = later<undefined>();
  eye.opened = open.promise;
  const { composer, composers } = made();
  composer.write('Photos, and a film');
  void composer.photos.choose([file('a'), file('film.avi')]);
  const sending = composer.send();
  open.resolve(undefined);
  await sending;
  composers.sendWaiting();
  await settle();
  expect([composer.state, composer.photos.isHeld, sent.length, isGoing()]).toEqual(['writing', true, 0, false]);
  expect(composer.photos.problems).toEqual([{ name: 'film.avi', problem: { reason: 'type' } }]);
  await goes(composer);
  expect(namesSent()).toEqual([['a']]);
});

test('a user who is elsewhere in the app is told when a share is held back', async () => {
  for (const isShown of [true, false]) {
    const { composer, toasts } = made();
    composer.isShown = isShown;
    void composer.photos.choose([file('film.avi')]);
    await composer.send();
    expect([composer.photos.isHeld, toasts.show.mock.calls.length]).toEqual([true, isShown ? 0 : 1]);
  }
});

test('more than a share can have are left out only by somebody who knows', async () => {
  const open = later<undefined>();
  eye.opened = open.promise;
  const { composer } = made();
  void composer.photos.choose(Array.from({ length: 15 }, (_, at) => file(`a${at}`)));
  void composer.photos.choose(Array.from({ length: 15 }, (_, at) => file(`b${at}`)));
  const sending = composer.send();
  open.resolve(undefined);
  await sending;
  expect([composer.photos.isHeld, composer.photos.all.length, composer.photos.left, sent.length]).toEqual([true, 20, 10, 0]);
});

test('what was rejected before it was sent off was read, and keeps nothing', async () => {
  const { composer } = made();
  await composer.photos.choose([file('a'), file('film.avi')]);
  expect([composer.photos.problems.length, composer.photos.isHeld]).toEqual([1, false]);
  await goes(composer);
});

test('a file that is lost on its way keeps the share from being sent, and each stays said', async () => {
  line.held = [];
  for (const name of ['b', 'c']) line.fates.set(name, [new FileGone()]);
  const { composer } = made();
  await composer.photos.choose([file('a'), file('b'), file('c')]);
  const sending = composer.send();
  await settle();
  line.release();
  await sending;
  expect([composer.state, sent.length, composer.photos.isHeld]).toEqual(['writing', 0, true]);
  await vi.waitFor(() => expect(composer.photos.problems.map(({ name }) => name)).toEqual(['b', 'c']));
  await goes(composer);
  expect(namesSent()).toEqual([['a']]);
});

test('the bytes that this browser has kept are offered to an upload whose file is lost', async () => {
  vi.spyOn(KeptPhotos.prototype, 'fileOf').mockImplementation((id, { name }) => Promise.resolve(new Blob([`${name} ${id}`])));
  let kept: Sending['kept'];
  wire.send = (sending) => {
    ({ kept } = sending as Sending);
    return line.send(sending as Sending);
  };
  const { composer } = made();
  await composer.photos.choose([file('a')]);
  await arrived(composer);
  expect(await (await kept?.())?.text()).toBe('a 1');
});

test('what cannot be looked at for want of a connection stays chosen, and nothing is shared before it is there', async () => {
  eye.isThere = false;
  const { composer, composers } = made();
  composer.write('Offline');
  await composer.photos.choose([file('a'), file('b')]);
  expect([composer.photos.unready.length, composer.problem, composer.photos.problems, composers.hasUnsent]).toEqual([2, { what: 'missing' }, [], true]);
  composers.sendWaiting();
  await composer.photos.looked();
  expect(composer.photos.unready.length).toBe(2);
  eye.isThere = true;
  composers.sendWaiting();
  await composer.photos.looked();
  expect([composer.photos.unready, composer.problem]).toEqual([[], null]);
  await goes(composer);
  expect(namesSent()).toEqual([['a', 'b']]);
});

test('sent off while they are looked at in vain, it waits for them', async () => {
  eye.isThere = false;
  const { composer, composers } = made();
  composer.write('Offline');
  void composer.photos.choose([file('a')]);
  await composer.send();
  expect([composer.state, sent.length]).toEqual(['waiting', 0]);
  eye.isThere = true;
  composers.sendWaiting();
  await vi.waitFor(() => expect(namesSent()).toEqual([['a']]));
});

test('after a reload, a share goes on by itself only where its photos are known then', async () => {
  line.held = [];
  for (const [isKept, text] of [[false, 'without'], [true, 'with']] as const) {
    vi.spyOn(KeptPhotos.prototype, 'isSaved').mockResolvedValue(isKept);
    const { composer } = made();
    composer.write(text);
    await composer.photos.choose([file('a')]);
    void composer.send();
    await vi.waitFor(() => expect([composer.state, isGoing()]).toEqual(['sending', isKept]));
    await settle();
    expect(isGoing()).toBe(isKept);
    composer.cancel();
  }
});

test('an edit isn’t saved without something that was chosen either, until that is pressed again', async () => {
  const open = later<undefined>();
  eye.opened = open.promise;
  const server = new ShareServer(line);
  const { edit } = server.edit();
  void edit.added.choose([file('a'), file('film.avi')]);
  const saving = edit.save();
  open.resolve(undefined);
  await saving;
  await edit.save(false);
  expect([edit.state, edit.added.isHeld, server.sent.length]).toEqual(['editing', true, 0]);
  await edit.save();
  expect([edit.state, server.share.media.length]).toEqual(['over', 1]);
});

test('an edit waits for what cannot be looked at yet', async () => {
  eye.isThere = false;
  const server = new ShareServer(line);
  const { edit } = server.edit();
  await edit.added.choose([file('a')]);
  await edit.save();
  expect([edit.state, server.sent.length]).toEqual(['waiting', 0]);
  eye.isThere = true;
  await edit.save(false);
  expect([edit.state, server.share.media.length]).toEqual(['over', 1]);
});
