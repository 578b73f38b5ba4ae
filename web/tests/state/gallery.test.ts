import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Page, Photo } from '../../src/lib/api/types';
import type { DatedBy } from '../../src/lib/photos/dates';
import { Galleries } from '../../src/lib/state/galleries';
import { mediumOf, photoOf, shareOf } from '../photos';
import { later, settle } from './browser';

type Answer = Page<Photo> | Error;

/** The gallery of a space whose server answers with these, one after the other. */
function gallery(hidden: number[], ...answers: Answer[]) {
  return galleryBy('shared', hidden, answers);
}

function galleryBy(by: DatedBy, hidden: number[], answers: Answer[]) {
  const answer = vi.fn((..._asked: unknown[]) => {
    const next = answers.shift() ?? new Error('asked too often');
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
  const api = {
    photos: (space: number, by: string, kind: string | null, limit: number) => answer(space, by, kind, limit),
    morePhotos: (next: string) => answer(next),
    share: (id: number) => Promise.resolve(shareOf(id)),
  };
  const galleries = new Galleries(api, { isHidden: (share) => hidden.includes(share) }, by);
  return { gallery: galleries.of(1), galleries, answer };
}
const page = (next: string | null, ...photos: Photo[]) => ({ rows: photos, next });
const ids = (photos: readonly Photo[]) => photos.map(({ image }) => image.id);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('photos whose shares have been deleted here are not shown', async () => {
  const shown = gallery([8], page(null, photoOf(9), photoOf(8, 18), photoOf(8, 19), photoOf(7))).gallery;
  await shown.more();
  expect(ids(shown.photos)).toEqual([9, 7]);
  expect(shown.isWhole).toBe(true);
});

test('a page that could not be read can be asked for again, and nothing is lost or there twice', async () => {
  const { gallery: shown } = gallery([], page('/2', photoOf(9)), new ApiError(503, '', 'busy'), page(null, photoOf(8)));
  await shown.more();
  await shown.more();
  expect(shown.error).toMatchObject({ status: 503 });
  expect(shown.loading).toBe(false);
  await shown.more();
  expect(shown.error).toBeNull();
  expect(ids(shown.photos)).toEqual([9, 8]);
});

test('concurrent calls read a page once', async () => {
  const { gallery: shown, answer } = gallery([], page(null, photoOf(9)));
  await Promise.all([shown.more(), shown.look()]);
  expect(answer).toHaveBeenCalledOnce();
});

test('a photo is found by its own number, among several of its share, however far down', async () => {
  const { gallery: shown } = gallery([], page('/2', photoOf(9), photoOf(8, 20)), page('/3', photoOf(8, 21), photoOf(7)));
  expect((await shown.find({ share: 8, photo: 21 }))?.image.id).toBe(21);
});

test('an address from before photos had numbers leads to the first photo of the share', async () => {
  const { gallery: shown } = gallery([], page('/2', photoOf(9), photoOf(8, 20), photoOf(8, 21), photoOf(7)));
  expect((await shown.find({ share: 8, photo: null }))?.image.id).toBe(20);
});

test('in the place of a photo that was replaced, the new one is found', async () => {
  const { gallery: shown } = gallery([], page('/2', photoOf(9), photoOf(8, 40), photoOf(7)));
  expect((await shown.find({ share: 8, photo: 20 }))?.image.id).toBe(40);
});

test('a photo that is gone is looked for no further than where it would be', async () => {
  const { gallery: shown, answer } = gallery([], page('/2', photoOf(9), photoOf(7)));
  expect(await shown.find({ share: 8, photo: 8 })).toBeNull();
  expect(answer).toHaveBeenCalledOnce();
});

test('a search that comes to a page that cannot be read says why', async () => {
  const { gallery: shown } = gallery([], page('/2', photoOf(9)), new ApiError(0, '', 'unreachable'));
  await expect(shown.find({ share: 8, photo: 8 })).rejects.toMatchObject({ code: 'unreachable' });
});

test('links that have ended are renewed for all photos that were read, and not twice within a minute', async () => {
  const renewed = [page('/2b', photoOf(9)), page('/3b', photoOf(8)), page(null)];
  const { gallery: shown, answer } = gallery([], page('/2', photoOf(9)), page('/3', photoOf(8)), ...renewed);
  await shown.more();
  await shown.more();
  await shown.renew();
  expect(answer).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(60_001);
  await Promise.all([shown.renew(), shown.renew()]);
  expect(answer).toHaveBeenCalledTimes(4);
  expect(ids(shown.photos)).toEqual([9, 8]);
});

test('photos and videos alone are lists of their own, from which a deleted share is gone too', async () => {
  const film = { ...photoOf(8), media: { ...photoOf(8).media, kind: 'video' as const } };
  const { galleries, answer } = gallery([], page(null, photoOf(9), film), page(null, film), page(null, film));
  const [all, films] = [galleries.of(1), galleries.of(1, 'video')];
  await Promise.all([all.more(), films.more()]);
  expect(answer.mock.calls).toEqual([[1, 'shared', null, 60], [1, 'shared', 'video', 60]]);
  expect([ids(all.photos), ids(films.photos)]).toEqual([[9, 8], [8]]);
  expect(galleries.of(1, 'video')).toBe(films);
  // A photo isn't looked for among videos, even where its share was asked for.
  expect(await films.find({ share: 9, photo: 9 })).toBeNull();
  galleries.drop(1, 8);
  expect([ids(all.photos), ids(films.photos)]).toEqual([[9], []]);
});

const in1 = { space_id: 1 };
const edited = (id: number, ...photos: number[]) => ({ ...in1, ...shareOf(id), media: photos.map((photo) => mediumOf(id, photo)) });

test('a photo that is taken out of its share is gone, however far down it was; those of one share are the last first', async () => {
  const { gallery: shown, galleries } = gallery([], page('/2', photoOf(9)), page('/3', photoOf(8, 19), photoOf(8, 18), photoOf(7)));
  await shown.more();
  await shown.more();
  galleries.hear({ kind: 'share.edited', data: edited(8, 19, 40) });
  expect(ids(shown.photos)).toEqual([9, 40, 19, 7]);
  galleries.hear({ kind: 'share.edited', data: edited(8) });
  expect(ids(shown.photos)).toEqual([9, 7]);
  galleries.hear({ kind: 'share.created', data: edited(12, 12) });
  expect(ids(shown.photos)).toEqual([12, 9, 7]);
  galleries.hear({ kind: 'share.deleted', data: { ...in1, id: 7 } });
  expect(ids(shown.photos)).toEqual([12, 9]);
  galleries.hear({ kind: 'media.ready', data: { ...mediumOf(9), ...in1, share_id: 9, placeholder: 'abc' } });
  expect(shown.photos[1]?.image.placeholder).toBe('abc');
  expect(shown.photos[1]?.media).not.toHaveProperty('share_id');
});

test('what happens while a page is on its way is not undone by that', async () => {
  const { gallery: shown, galleries, answer } = gallery([]);
  const late = later<Page<Photo>>();
  answer.mockReturnValueOnce(late.promise);
  const reading = shown.more();
  galleries.hear({ kind: 'share.deleted', data: { ...in1, id: 8 } });
  galleries.hear({ kind: 'share.edited', data: edited(7, 70) });
  expect(shown.photos).toEqual([]);
  late.resolve(page(null, photoOf(9), photoOf(8), photoOf(7, 71), photoOf(7, 70)));
  await reading;
  expect(ids(shown.photos)).toEqual([9, 70]);
});

test('where nothing was heard for a while, all that was read is read again, and what is gone further down is not there any more', async () => {
  const { gallery: shown, answer } = gallery([], page('/2', photoOf(9)), page('/3', photoOf(8), photoOf(7)), page('/3b', photoOf(9), photoOf(7)));
  await shown.more();
  await shown.more();
  await shown.look({ whole: true });
  expect(ids(shown.photos)).toEqual([9, 7]);
  expect(answer).toHaveBeenCalledTimes(3);
});

test('forgotten while something is on its way, it begins at its top again', async () => {
  const first = () => page('/2', photoOf(9), photoOf(8));
  const { gallery: shown, galleries, answer } = gallery([], first());
  await shown.more();
  for (const read of [() => shown.more(), () => shown.look(), () => shown.look({ whole: true })]) {
    const late = later<Page<Photo>>();
    answer.mockReturnValueOnce(late.promise).mockResolvedValueOnce(first());
    const reading = read();
    await settle();
    galleries.hear({ kind: 'share.deleted', data: { ...in1, id: 9 } });
    galleries.forget(1);
    late.resolve(page(null, photoOf(7), photoOf(6)));
    await reading;
    expect([ids(shown.photos), shown.isWhole, shown.loading]).toEqual([[9, 8], false, false]);
  }
  answer.mockResolvedValueOnce(page(null, photoOf(7), photoOf(6)));
  await shown.more();
  expect(ids(shown.photos)).toEqual([9, 8, 7, 6]);
});

test('what was shared lately does not take the place of all where that is forgotten meanwhile', async () => {
  const { gallery: shown, answer } = galleryBy('taken', [], [page('/2', photoOf(9))]);
  await shown.more();
  const late = later<Page<Photo>>();
  answer.mockResolvedValueOnce(page('/2', photoOf(9))).mockReturnValueOnce(late.promise).mockResolvedValueOnce(page('/2', photoOf(9)));
  const looking = shown.look();
  await settle();
  shown.forget();
  late.resolve(page(null, photoOf(8)));
  await looking;
  expect([ids(shown.photos), shown.isWhole]).toEqual([[9], false]);
});

test('cleared, a space is read again from the start', async () => {
  const { galleries, gallery: shown } = gallery([], page(null, photoOf(9)));
  await shown.more();
  expect(galleries.of(1)).toBe(shown);
  galleries.clear();
  expect(galleries.of(1).photos).toEqual([]);
});
