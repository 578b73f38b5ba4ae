// The photos of a space by the months when they were taken, selected by mouse, keys and finger, and downloaded as a ZIP.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findings } from './axe.ts';
import { BASE } from './base-path.ts';
import { filesOf } from './downloads.ts';
import { expect, test } from './fixtures.ts';
import { type Person, pictures, words } from './people.ts';
import { png } from './png.ts';

/** Five photos of three months in one share, as a program would share them. */
async function sharesHolidays({ page }: Person): Promise<void> {
  const days = ['2019-07-14T15:30:00', '2019-07-15T09:00:00', '2019-07-15T10:00:00', '2021-05-01T08:00:00', 'none'];
  const parts = days.flatMap((day, at) => [
    ['file', png(40 + at, randomBytes)],
    ['taken_at', day],
  ]);
  const boundary = 'between-two-parts';
  const body = Buffer.concat([
    ...parts.flatMap(([name, value]) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${String(name)}"${typeof value === 'string' ? '' : '; filename="a.png"'}\r\n\r\n`,
      ),
      Buffer.from(value ?? ''),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  const shared = await page.evaluate(
    async ({ path, bytes, type }) => (await fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body: new Uint8Array(bytes) })).status,
    { path: `${BASE}/spaces/1/shares`, bytes: [...body], type: `multipart/form-data; boundary=${boundary}` },
  );
  expect(shared).toBe(200);
}

/** A JPEG that begins with EXIF of when it was taken. */
function dated(jpeg: Buffer): Buffer {
  const date = Buffer.from('2019:07:14 15:30:00\0');
  const tiff = Buffer.alloc(8 + 18 + 18 + 20);
  tiff.write('II*\0', 0, 'latin1');
  tiff.writeUInt32LE(8, 4);
  // One entry, which points at the Exif IFD: the original date.
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    tiff.writeUInt16LE(1, at);
    tiff.writeUInt16LE(tag, at + 2);
    tiff.writeUInt16LE(type, at + 4);
    tiff.writeUInt32LE(count, at + 6);
    tiff.writeUInt32LE(value, at + 10);
  };
  entry(8, 0x8769, 4, 1, 26);
  entry(26, 0x9003, 2, 20, 44);
  date.copy(tiff, 44);
  const exif = Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

async function begins(ann: Person): Promise<void> {
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await sharesHolidays(ann);
  await page.goto('/app/spaces/1/photos');
  await expect(page.locator('main [data-photo]')).toHaveCount(5);
}

test('photos stand under the months when they were taken, or else shared', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await begins(ann);
  const months = ann.page.locator('main h2');
  // In the browser's time zone, where another month may have begun.
  const now = await ann.page.evaluate(() => new Date().toLocaleDateString('en-GB', { month: 'long', year: 'numeric' }));
  await expect(months).toHaveText([now, 'May 2021', 'July 2019']);
  await ann.page.getByText(words('photos.by_shared'), { exact: true }).click();
  await expect(months).toHaveText([now]);
  await ann.page.getByText(words('photos.by_taken'), { exact: true }).click();
  // The viewer goes through the space in this order, and shows when each was taken.
  await ann.page.locator('main [data-photo]').nth(1).click();
  const viewer = ann.page.getByRole('dialog');
  await expect(viewer).toContainText('1 May 2021');
  await ann.page.keyboard.press('ArrowRight');
  await expect(viewer).toContainText('15 July 2019');
  // Opened again by its URL, it is found at its place.
  await ann.page.reload();
  await expect(viewer).toContainText('15 July 2019');
});

test('photos and videos are shown alone, also after a reload and around the viewer; where there is none, that is said', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  await begins(ann);
  const { page } = ann;
  const choice = (key: 'photos.show_all' | 'photos.show_photo' | 'photos.show_video') => page.locator('label').filter({ hasText: words(key) });
  const photos = page.locator('main [data-photo]');
  await choice('photos.show_photo').click();
  await choice('photos.show_video').click();
  await expect(ann.text('photos.no_video', { space: 'Family' })).toBeVisible();
  await expect(photos).toHaveCount(0);
  // One step back leads out of the photos, however often one has chosen.
  await page.goBack();
  await expect(page).toHaveURL(/\/spaces\/1$/);
  await page.goForward();
  await page.reload();
  await expect(ann.text('photos.no_video', { space: 'Family' })).toBeVisible();
  await expect(choice('photos.show_video').getByRole('radio')).toBeChecked();
  expect(await findings(page, 'no videos')).toEqual([]);
  // By keys, the focus stays on the choice.
  await choice('photos.show_video').getByRole('radio').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(photos).toHaveCount(5);
  await expect(choice('photos.show_photo').getByRole('radio')).toBeFocused();

  await photos.nth(2).click();
  const viewer = page.getByRole('dialog');
  await expect(viewer).toBeVisible();
  await expect(page).toHaveURL(/\/photos\/\d+\/\d+\?kind=photo$/);
  await page.reload();
  await expect(viewer).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(viewer).toHaveCount(0);
  await expect(page).toHaveURL(/\/photos\?kind=photo$/);
  await expect(choice('photos.show_photo').getByRole('radio')).toBeChecked();
  await choice('photos.show_all').click();
  await expect(page).toHaveURL(/\/photos$/);
  await expect(photos).toHaveCount(5);
});

test('photos are selected by mouse and keys, and taken home as a ZIP', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await begins(ann);
  const { page } = ann;
  const whole = page.waitForEvent('download');
  await ann.button('photos.download_all').click();
  const download = await whole;
  expect(download.suggestedFilename()).toMatch(/^Family \d{4}-\d\d-\d\d\.zip$/);
  const files = await filesOf(download);
  expect(files.slice(0, 4)).toEqual([
    '2019-07-14 15.30.00 Ann.png',
    '2019-07-15 09.00.00 Ann.png',
    '2019-07-15 10.00.00 Ann.png',
    '2021-05-01 08.00.00 Ann.png',
  ]);

  await ann.button('photos.select').click();
  const boxes = page.getByRole('checkbox', { name: /^Photo by Ann/ });
  await boxes.nth(1).click();
  await boxes.nth(3).click({ modifiers: ['Shift'] });
  await expect(ann.text('photos.selected', { n: 3 })).toBeVisible();
  await boxes.nth(2).click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(ann.text('photos.selected', { n: 4 })).toBeVisible();
  await boxes.nth(3).press('Space');
  await expect(ann.text('photos.selected', { n: 3 })).toBeVisible();
  await page.getByRole('button', { name: 'Select all July 2019' }).click();
  await page.getByRole('button', { name: 'Select all July 2019' }).click();
  await expect(ann.text('photos.selected', { n: 1 })).toBeVisible();
  await boxes.nth(4).click();
  const some = page.waitForEvent('download');
  await ann.button('photos.download_selected', { n: 2 }).click();
  expect(await filesOf(await some)).toEqual(['2019-07-14 15.30.00 Ann.png', '2021-05-01 08.00.00 Ann.png']);
  await expect(boxes).toHaveCount(0);
});

test('what is selected, how it is sorted and where one is stay when the line is lost and comes back', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 500 }, reducedMotion: 'reduce' });
  await begins(ann);
  const { page } = ann;
  const shared = page.getByRole('radio', { name: words('photos.by_shared') });
  await page.getByText(words('photos.by_shared'), { exact: true }).click();
  await ann.button('photos.select').click();
  const boxes = page.getByRole('checkbox', { name: /^Photo by Ann/ });
  for (const at of [3, 4]) await boxes.nth(at).click();
  await expect(ann.text('photos.selected', { n: 2 })).toBeVisible();
  await page.evaluate(() => scrollTo(0, 120));
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(120);
  await page.context().setOffline(true);
  await expect(ann.text('connection.lost')).toBeVisible();
  const reads = page.waitForResponse(/\/spaces\/1\/images\?/);
  await page.context().setOffline(false);
  await reads;
  await expect(ann.text('connection.lost')).toHaveCount(0);
  await expect(ann.text('photos.selected', { n: 2 })).toBeVisible();
  await expect(shared).toBeChecked();
  for (const at of [3, 4]) await expect(boxes.nth(at)).toBeChecked();
  expect(await page.evaluate(() => scrollY)).toBe(120);
});

test('a finger that stays on a photo selects it, and what is gone is said where one is', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const { page } = ann;
  // Without the stream of events, so that the page doesn't hear of what another window deletes.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  await page.route(/\/events(\?|$)/, (route) => route.abort());
  await begins(ann);
  const box = await page.locator('main [data-photo]').nth(2).boundingBox();
  if (!box) throw new Error('the photo has no place');
  const finger = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + 10, y: box.y + 10 }];
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await expect(ann.text('photos.selected', { n: 1 })).toBeVisible();
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  const boxes = page.getByRole('checkbox', { name: /^Photo by Ann/ });
  await expect(boxes.nth(2)).toBeChecked();
  await boxes.nth(4).tap();
  await expect(ann.text('photos.selected', { n: 2 })).toBeVisible();
  expect((await page.request.delete('/shares/1', { headers: { Origin: new URL(page.url()).origin } })).status()).toBe(200);
  await ann.button('photos.download_selected', { n: 2 }).click();
  await expect(page.getByRole('alert')).toHaveText('One of these photos is no longer in this space');
});

test('when a photo was taken is put right where its share is edited, and left out where one shares', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await begins(ann);
  const { page } = ann;
  const months = page.locator('main h2');
  await expect(months.last()).toHaveText('July 2019');
  await page.goBack();
  await page.goto('/app/spaces/1');
  await ann.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
  await expect(ann.field('media.taken_of', { n: 4, all: 5 })).toHaveValue('2021-05-01T08:00');
  await ann.field('media.taken_of', { n: 4, all: 5 }).fill('1987-03-02T11:00:00');
  await ann.field('media.taken_of', { n: 1, all: 5 }).fill('');
  await ann.button('share.save').click();
  await expect(ann.button('share.save')).toHaveCount(0);
  await ann.link('space.photos').first().click();
  await expect(months.last()).toHaveText('March 1987');
  await expect(months).toHaveCount(3);

  await page.goto('/app/spaces/1');
  await ann.writes('Without a date');
  const garden = await readFile(join(pictures, 'garden.jpg'));
  // With a date as cameras write it: 2019:07:14 15:30:00.
  await ann.choosesPhotos([{ name: 'garden.jpg', mimeType: 'image/jpeg', buffer: dated(garden) }]);
  await page.getByLabel(words('composer.leave_dates')).check();
  await ann.shares();
  await ann.seesPhotoOf('Without a date');
  const share = (await (await page.request.get('/shares/2')).json()) as { media: { taken_at: string | null }[] };
  expect(share.media[0]?.taken_at).toBeNull();
});
