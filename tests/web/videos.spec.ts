// Videos in a share: chosen, shown by a poster that this browser has made, and played in place.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from './fixtures.ts';
import { words } from './people.ts';

const corpus = join(import.meta.dirname, '../../crates/video/fuzz/corpus/video');
const film = (name: string) => ({ name, mimeType: 'application/octet-stream', buffer: readFileSync(join(corpus, name)) });

for (const [where, viewport] of [
  ['a phone', { width: 390, height: 844 }],
  ['a desk', { width: 1280, height: 800 }],
] as const) {
  const tag = where === 'a desk' ? '@long' : [];
  test(`a video is shared and played on ${where}`, { tag }, async ({ newPerson }) => {
    const ann = await newPerson('Ann', { viewport, reducedMotion: 'reduce' });
    const { page } = ann;
    await page.goto('/app/register');
    await ann.registers();
    await ann.makesSpace('Family');
    await ann.writes('Jump!');
    await ann.choosesPhotos([film('vp9.webm')]);
    await expect(page.locator('[data-medium] img')).toBeVisible();
    await ann.shares();
    const card = ann.card('Jump!');
    const opens = card.getByRole('link', { name: words('share.open_video', { name: 'Ann' }) });
    await expect(opens).toContainText(/^\s*0:0\d\s*$/);
    await ann.seesPhotoOf('Jump!');
    await opens.click();
    const video = page.getByRole('dialog').locator('video');
    await expect(video).toBeVisible();
    await expect(video).toHaveAttribute('poster', /\/large\?/);
    await video.evaluate(async (element: HTMLVideoElement) => element.play());
    await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(0);
    expect(await video.evaluate((element: HTMLVideoElement) => [element.videoWidth, element.error])).toEqual([32, null]);
    await page.keyboard.press('Escape');
    await expect(video).toHaveCount(0);
  });
}

test('a video that this browser does not know is shared without a picture, and the viewer says so', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { reducedMotion: 'reduce' });
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('From the old phone');
  await ann.choosesPhotos([film('mpeg4.mp4')]);
  await expect(page.getByText(words('composer.video_unseen'))).toBeVisible();
  await ann.shares();
  await ann.card('From the old phone').getByRole('link', { name: words('share.open_video', { name: 'Ann' }) }).click();
  const viewer = page.getByRole('dialog');
  await expect(viewer.getByText('This browser can’t play this video.')).toBeVisible();
  await expect(viewer.locator('video')).toBeHidden();
});

test('a file that is no video is refused before it is sent, and a film in the server’s words while one writes', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { reducedMotion: 'reduce' });
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  const noFilm = { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no film') };
  await page.locator('form input[type=file]').setInputFiles([noFilm]);
  await expect(page.getByText(words('composer.wrong_type'))).toBeVisible();
  const cut = film('vp9.webm');
  await ann.choosesPhotos([{ ...cut, buffer: cut.buffer.subarray(0, cut.buffer.length / 2) }]);
  await expect(page.getByText('Video is damaged: it ends before the film does')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Share with Family/ })).toHaveAttribute('aria-disabled', 'true');
  await ann.button('media.remove', { n: 1, all: 1 }).click();
  await expect(page.getByText('Video is damaged: it ends before the film does')).toHaveCount(0);
});
