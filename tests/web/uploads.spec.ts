// Many files at once, on a line that breaks, to a server that is killed, with a reload in between: each arrives once, in its place.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { type PhotoFile, pictures, words } from './people.ts';
import { png } from './png.ts';

const corpus = join(import.meta.dirname, '../../crates/video/fuzz/corpus/video');
const file = (folder: string, name: string): PhotoFile => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: readFileSync(join(folder, name)),
});
const made = (side: number): PhotoFile => ({ name: `${side}.png`, mimeType: 'image/png', buffer: png(side, randomBytes) });

for (const [where, viewport] of [
  ['a phone', { width: 390, height: 844 }],
  ['a desk', { width: 1280, height: 800 }],
] as const) {
  test(`ten files come to one card, whatever becomes of the line and the server, on ${where}`, async ({ server, newPerson }) => {
    const line = await Line.to(server.url);
    const ann = await newPerson('Ann', { viewport, reducedMotion: 'reduce', baseURL: line.url });
    const { page } = ann;
    const begun: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/uploads')) begun.push(request.headers()['upload-length'] ?? '');
    });
    await page.goto('/app/register');
    await ann.registers();
    await ann.makesSpace('Family');

    const large = made(1200);
    const names = ['tree.jpg', 'cat.webp', 'wave.gif', 'lake.png', 'progressive.jpg'];
    const films = ['vp9.webm', 'vp8.webm'];
    const files = [large, ...names.map((name) => file(pictures, name)), ...films.map((name) => file(corpus, name)), made(41), made(42)];
    line.speed = 700_000;
    await ann.writes('All of the summer');
    await ann.choosesPhotos(files);
    await ann.field('media.caption_of', { n: 2, all: 10 }).fill('Under the tree');
    await expect(page.getByText(/^Uploading: [1-9] of 10 done$/)).toBeVisible();
    line.break();
    await expect(ann.text('upload.waiting')).toBeVisible();
    // The last one comes first.
    for (let n = 10; n > 1; n -= 1) await ann.button('media.earlier', { n, all: 10 }).click();
    line.mend();
    await expect(page.getByText(/^Uploading: [1-9] of 10 done$/)).toBeVisible();

    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await expect(page.locator('[data-medium]')).toHaveCount(10);
    await expect(ann.field('composer.prompt')).toHaveValue('All of the summer');
    await expect(ann.field('media.caption_of', { n: 3, all: 10 })).toHaveValue('Under the tree');
    await server.kill();
    await ann.shares();
    await server.run();
    line.speed = Infinity;
    await ann.seesPhotoOf('All of the summer');
    await expect(ann.card('All of the summer')).toHaveCount(1);
    await expect(page.locator('[data-medium]')).toHaveCount(0);

    const { request } = page.context();
    const [share] = (await (await request.get('/spaces/1/shares')).json()) as {
      media: { kind: string; width: number; caption: string | null; poster_url: string | null }[];
    }[];
    const media = share?.media ?? [];
    expect(media.map(({ kind }) => kind)).toEqual(['photo', 'photo', 'photo', 'photo', 'photo', 'photo', 'photo', 'video', 'video', 'photo']);
    expect([media[0]?.width, media[1]?.width, media[9]?.width]).toEqual([42, 1200, 41]);
    expect(media.map(({ caption }) => caption)[2]).toBe('Under the tree');
    expect(media.filter(({ poster_url }) => poster_url !== null)).toHaveLength(2);
    // The large one went on where it broke off, each time.
    expect(begun.filter((length) => length === String(large.buffer.length))).toHaveLength(1);
    // After the share, nothing is kept.
    await page.reload();
    await expect(ann.card('All of the summer')).toHaveCount(1);
    await expect(page.locator('[data-medium]')).toHaveCount(0);
    line.end();
  });
}

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
  expect((await page.context().request.get(new URL(response.url()).pathname)).status()).toBe(404);
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
  const kept = () => page.evaluate(async () => [Object.keys(localStorage).filter((key) => key.startsWith('draft')).length, (await indexedDB.databases()).length]);
  await expect.poll(kept).toEqual([2, 1]);
  await page.goto('/app/account');
  await ann.button('account.sign_out').click();
  await expect(ann.field('door.login')).toBeVisible();
  await expect.poll(kept).toEqual([0, 0]);
});
