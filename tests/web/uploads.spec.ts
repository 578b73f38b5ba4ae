// Files that are sent while one writes: in two windows, after a reload, after signing out; and what of them isn't shared.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findings } from './axe.ts';
import { BASE, sendOn } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { Person, type PhotoFile, pictures, words } from './people.ts';
import { png } from './png.ts';

const corpus = join(import.meta.dirname, '../../crates/video/fuzz/corpus/video');
const file = (folder: string, name: string): PhotoFile => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: readFileSync(join(folder, name)),
});
const made = (side: number): PhotoFile => ({ name: `${side}.png`, mimeType: 'image/png', buffer: png(side, randomBytes) });

test('a second window works on a draft of its own, and what is removed is deleted at the server', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.choosesPhotos([made(40), made(41)]);
  await expect(ann.text('upload.arrived')).toBeVisible();

  const second = await page.context().newPage();
  await second.goto(page.url());
  await expect(second.getByLabel(words('composer.prompt'), { exact: true })).toBeVisible();
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE' && response.url().includes('/uploads/'));
  await ann.button('media.remove', { n: 1, all: 2 }).click();
  const response = await deleted;
  expect(response.status()).toBe(204);
  expect((await page.context().request.get(response.url())).status()).toBe(404);
  await expect(second.locator('[data-medium]')).toHaveCount(0);
  await second.close();

  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.locator('[data-medium]')).toHaveCount(1);
  await ann.shares();
  await expect(page.getByRole('article')).toHaveCount(1);
});

test('after signing out, nothing of a draft is left in the browser', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('Not for others');
  await ann.choosesPhoto(made(40));
  await expect(ann.text('upload.arrived')).toBeVisible();
  const kept = () => page.evaluate(async (base) => [Object.keys(localStorage).filter((key) => key.startsWith(`${base}draft`)).length, (await indexedDB.databases()).length], BASE);
  await expect.poll(kept).toEqual([2, 1]);
  await page.goto('/app/account');
  await ann.button('account.sign_out').click();
  await expect(ann.field('door.login')).toBeVisible();
  await expect.poll(kept).toEqual([0, 0]);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('owner.')))).toEqual([]);
});

test('a share whose answer was lost is there once after a reload, and nothing is left of its draft', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('By the lake');
  await ann.choosesPhotos([made(40)]);
  await expect(ann.text('upload.arrived')).toBeVisible();
  const shares = '**/spaces/1/shares';
  // It arrives, and its answer doesn't.
  await page.route(shares, async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    await sendOn(route);
    await route.abort();
  });
  await ann.shares();
  await expect(ann.text('composer.waiting').or(ann.text('error.unreachable'))).toBeVisible();
  const begun: string[] = [];
  page.on('request', (request) => request.url().includes('/uploads') && begun.push(request.method()));
  await page.unroute(shares);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await ann.seesPhotoOf('By the lake');
  await expect(ann.card('By the lake')).toHaveCount(1);
  await expect(ann.field('composer.prompt')).toHaveValue('');
  await expect(page.locator('[data-medium]')).toHaveCount(0);
  expect(begun).toEqual([]);
  await page.reload();
  await expect(ann.card('By the lake')).toHaveCount(1);
  await expect(page.locator('[data-medium]')).toHaveCount(0);
});

test('a second window has no words of the first, and leaves them alone', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('For later');
  const second = new Person(await page.context().newPage(), 'Ann');
  await second.page.goto(page.url());
  await expect(second.field('composer.prompt')).toHaveValue('');
  await second.writes('Right now');
  await second.shares();
  await expect(second.card('Right now')).toBeVisible();
  await second.page.close();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(ann.field('composer.prompt')).toHaveValue('For later');
  await ann.shares();
  await expect(ann.card('For later')).toHaveCount(1);
});

test('that the film of a motion photo stays out is said at the photo, in a new share and in one that is edited', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  const [tree, film] = [file(pictures, 'tree.jpg').buffer, file(corpus, 'avc.mp4').buffer];
  const moving = (name: string) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.concat([tree, film]) });
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.choosesPhotos([moving('one.jpg'), made(40)]);
  const told = (n: number) => page.locator('[data-medium]').nth(n).getByText(words('upload.film_dropped'), { exact: true });
  await expect(told(0)).toBeVisible();
  await expect(ann.text('upload.film_dropped')).toHaveCount(1);
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(told(0)).toBeVisible();
  expect(await findings(page, 'motion photo')).toEqual([]);
  await ann.writes('In motion');
  await ann.shares();
  await ann.seesPhotoOf('In motion');
  await expect(ann.text('upload.film_dropped')).toHaveCount(0);

  await ann.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
  const chooser = page.waitForEvent('filechooser');
  await ann.button('composer.more_photos').click();
  await (await chooser).setFiles([moving('two.jpg')]);
  await expect(told(2)).toBeVisible();
  await ann.button('share.save').click();
  await expect(ann.text('upload.film_dropped')).toHaveCount(0);
});
