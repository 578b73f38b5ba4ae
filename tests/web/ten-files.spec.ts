// Ten mixed files, as phones make them, on a line that breaks, to a server that is killed, with a reload in between: each comes once and in
// its place to a card, to the gallery and into a ZIP.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { filesOf } from './downloads.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { type PhotoFile, pictures, words } from './people.ts';
import { png } from './png.ts';

// It would read the bodies of images that don't decode, which the policy of the pages forbids it.
test.use({ trace: 'off' });

const crates = join(import.meta.dirname, '../../crates');
const file = (path: string, name: string): PhotoFile => ({ name, mimeType: '', buffer: readFileSync(path) });
const picture = (name: string) => file(join(pictures, name), name);
const film = (name: string) => file(join(crates, 'video/fuzz/corpus/video', name), name);
const made = (side: number): PhotoFile => ({ name: `${side}.png`, mimeType: 'image/png', buffer: png(side, randomBytes) });

interface Medium {
  kind: string;
  url: string;
  width: number;
  caption: string | null;
  placeholder: string | null;
  poster_url: string | null;
}

for (const [kept, place] of [
  ['on the disk', 'folder'],
  ['in S3, with SQS and two workers', 'cloud'],
] as const) {
  test.describe(kept, () => {
    test.use({ place });

    for (const [where, viewport] of [
      ['a phone', { width: 390, height: 844 }],
      ['a desk', { width: 1280, height: 800 }],
    ] as const) {
      const title = `ten files come to a card, the gallery and a ZIP, whatever becomes of the line and the server, on ${where}`;
      const tag = (place === 'folder') === (where === 'a desk') ? '@long' : [];
      test(title, { tag }, async ({ cloud, server, newPerson }) => {
        test.slow();
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
        const heic = file(join(crates, 'heif/fuzz/corpus/heic/plain'), 'IMG_0001.HEIC');
        const photos = [large, ...['tree.jpg', 'cat.webp', 'wave.gif', 'lake.png'].map(picture), heic];
        const files = [...photos, film('vp9.webm'), film('avc.mov'), made(41), made(42)];
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
        // What one worker had in hand, the other one does.
        await server.killWorker();
        await ann.shares();
        await server.run();
        line.speed = Infinity;
        await ann.seesPhotoOf('All of the summer');
        await expect(ann.card('All of the summer')).toHaveCount(1);
        await expect(page.locator('[data-medium]')).toHaveCount(0);
        if (cloud) server.startWorker();

        const { request } = page.context();
        const listed = async () => {
          const [share] = (await (await request.get('/spaces/1/shares')).json()) as { media: Medium[] }[];
          return share?.media ?? [];
        };
        const media = await listed();
        expect(media.map(({ kind }) => kind).join(' ')).toBe('photo photo photo photo photo photo photo video video photo');
        expect([media[0]?.width, media[1]?.width, media[9]?.width]).toEqual([42, 1200, 41]);
        expect(media.map(({ caption }) => caption)[2]).toBe('Under the tree');
        expect(media.filter(({ poster_url }) => poster_url !== null)).toHaveLength(2);
        // The large one went on where it broke off, each time.
        expect(begun.filter((length) => length === String(large.buffer.length))).toHaveLength(1);
        // What few browsers show is a JPEG by now.
        expect((await request.get(media[6]?.url ?? '')).headers()['content-type']).toBe('image/jpeg');
        const isDone = async () => (await listed()).every(({ placeholder }) => placeholder !== null);
        await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
        if (cloud) await expect.poll(() => cloud.staged(), { timeout: 60_000 }).toBe(0);

        // After the share, nothing is kept.
        await page.reload();
        await expect(ann.card('All of the summer')).toHaveCount(1);
        await expect(page.locator('[data-medium]')).toHaveCount(0);

        await ann.link('space.photos').first().click();
        const shown = page.locator('main [data-photo]');
        await expect(shown).toHaveCount(10);
        await page.locator('label').filter({ hasText: words('photos.show_video') }).click();
        await expect(shown).toHaveCount(2);
        await page.reload();
        await expect(shown).toHaveCount(2);
        await page.locator('label').filter({ hasText: words('photos.show_photo') }).click();
        await expect(shown).toHaveCount(8);
        await page.locator('label').filter({ hasText: words('photos.show_all') }).click();
        await expect(shown).toHaveCount(10);

        const downloaded = page.waitForEvent('download');
        await ann.button('photos.download_all').click();
        const names = await filesOf(await downloaded);
        const endings = names.map((name) => name.split('.').at(-1));
        expect(endings.sort()).toEqual(['gif', 'jpg', 'jpg', 'mov', 'png', 'png', 'png', 'png', 'webm', 'webp']);
        line.end();
      });
    }
  });
}
