// Several photos in one share: chosen, reordered, captioned, viewed and edited, on a phone and at a desk.

import { randomBytes } from 'node:crypto';

import { expect, test } from './fixtures.ts';
import { words } from './people.ts';
import { png } from './png.ts';

const photo = (nth: number) => ({ name: `${nth}.png`, mimeType: 'image/png', buffer: png(40 + nth, randomBytes) });

for (const [where, viewport] of [
  ['a phone', { width: 390, height: 844 }],
  ['a desk', { width: 1280, height: 800 }],
] as const) {
  const tag = where === 'a desk' ? '@long' : [];
  test(`several photos are shared, looked at and edited on ${where}`, { tag }, async ({ newPerson }) => {
    const ann = await newPerson('Ann', { viewport, reducedMotion: 'reduce' });
    const { page } = ann;
    await page.goto('/app/register');
    await ann.registers();
    await ann.makesSpace('Family');
    await ann.writes('At the lake');
    await ann.choosesPhotos([photo(1), photo(2), photo(3)]);
    // With `srcset`, the natural width of an image is scaled by `sizes`; the file itself has the real width.
    const sides = async (images: string) =>
      page.locator(images).evaluateAll(async (all) =>
        Promise.all(
          all.map(async (image) => {
            const file = new Image();
            file.src = (image as HTMLImageElement).currentSrc;
            // One that is just being replaced may be gone at the server.
            return file.decode().then(() => file.naturalWidth, () => 0);
          }),
        ),
      );
    await ann.field('media.caption_of', { n: 1, all: 3 }).fill('The first one');
    await ann.button('media.later', { n: 1, all: 3 }).click();
    await expect(ann.button('media.later', { n: 2, all: 3 })).toBeFocused();
    await ann.button('media.earlier', { n: 3, all: 3 }).click();
    await ann.button('media.remove', { n: 3, all: 3 }).click();
    await expect.poll(() => sides('[data-medium] img')).toEqual([42, 43]);
    // Dragged onto each other, they swap places.
    const thumbs = page.locator('[data-medium] img');
    const [from, to] = [await thumbs.nth(1).boundingBox(), await thumbs.nth(0).boundingBox()];
    if (!from || !to) throw new Error('the photos have no place');
    await page.mouse.move(from.x + 20, from.y + 60);
    await page.mouse.down();
    await page.mouse.move(to.x + 40, to.y + 60, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => sides('[data-medium] img')).toEqual([43, 42]);
    await ann.choosesPhotos([photo(4)]);
    await ann.field('media.caption_of', { n: 2, all: 3 }).fill('Fog over the water');
    await ann.shares();

    const card = ann.card('At the lake');
    const opened = (n: number) => card.getByRole('link', { name: words('share.open_nth', { n, all: 3, name: 'Ann' }) });
    await expect(opened(3)).toBeVisible();
    await ann.seesPhotoOf('At the lake');
    await opened(1).click();
    const viewer = page.getByRole('dialog');
    await expect(viewer).toContainText('At the lake');
    await page.keyboard.press('ArrowRight');
    await expect(viewer).toContainText('Fog over the water');
    await page.keyboard.press('Escape');
    await expect(viewer).toHaveCount(0);

    await ann.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
    await ann.button('media.remove', { n: 1, all: 3 }).click();
    await ann.button('media.later', { n: 1, all: 2 }).click();
    const chooser = page.waitForEvent('filechooser');
    // The composer above has a button of that name only once it has photos.
    await ann.button('composer.more_photos').click();
    await (await chooser).setFiles([photo(5), photo(6), photo(7), photo(8)]);
    await ann.field('media.caption_of', { n: 6, all: 6 }).fill('The last one');
    await ann.button('share.save').click();
    await expect(card.getByRole('link', { name: words('share.open_nth', { n: 5, all: 6, name: 'Ann' }) })).toBeVisible();
    await expect(card.getByText('+1', { exact: true })).toBeVisible();
    await expect.poll(() => sides('article [data-photo] img')).toEqual([44, 42, 45, 46, 47]);

    await ann.link('space.photos').first().click();
    await expect(page.locator('main [data-photo]')).toHaveCount(6);
  });
}
