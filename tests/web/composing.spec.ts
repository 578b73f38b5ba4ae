// Nothing that somebody has chosen or written is lost without a word while a share, an edit or a comment is made.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { en } from '../../web/src/lib/i18n/talk/en.ts';
import { findings } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { type Person, type PhotoFile, words } from './people.ts';
import { png } from './png.ts';

const photo = (name: string): PhotoFile => ({ name, mimeType: 'image/png', buffer: png(40, randomBytes) });

async function settles(ann: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
}

/** Chooses files without waiting for what becomes of them. */
async function picks(ann: Person, files: PhotoFile[]): Promise<void> {
  const chooser = ann.page.waitForEvent('filechooser');
  await ann.button('composer.add_photos').or(ann.button('composer.more_photos')).click();
  await (await chooser).setFiles(files);
}

const shared = async ({ page }: Person) => {
  const rows = (await (await page.request.get('/spaces/1/shares')).json()) as { media: unknown[] }[];
  return rows.map(({ media }) => media.length);
};
const drafts = ({ page }: Person) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft.')));

test('a file that can’t be taken keeps the others from being shared before somebody knows, and then no longer', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  // What looks at them comes only once it is sent off.
  let release: () => void = () => undefined;
  const pressed = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route('**/assets/chosen-photo-*.js', async (route) => {
    await pressed;
    await route.continue();
  });
  await ann.page.reload();
  await ann.writes('Photos, and Grandpa’s film');
  const film = { name: 'film.avi', mimeType: 'video/x-msvideo', buffer: Buffer.concat([Buffer.from('RIFF\x10\0\0\0AVI LIST'), Buffer.alloc(2000)]) };
  await picks(ann, [...[1, 2, 3, 4].map((n) => photo(`${n}.png`)), film]);
  await ann.shares();
  await expect(ann.text('composer.finishing').or(ann.text('composer.sending'))).toBeVisible();
  release();
  await expect(ann.text('upload.held')).toBeVisible();
  await expect(ann.page.getByRole('alert').filter({ hasText: words('composer.wrong_type') })).toContainText('film.avi');
  expect(await findings(ann.page, 'a share that is held back')).toEqual([]);
  expect(await shared(ann)).toEqual([]);
  await ann.shares();
  await expect(ann.card('Grandpa')).toBeVisible();
  expect(await shared(ann)).toEqual([4]);
  await expect(ann.text('upload.held')).toHaveCount(0);
});

test('a photo that is deleted on the device while it is on its way is shared from what the browser has kept', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  const folder = await mkdtemp(join(tmpdir(), 'photos-'));
  const file = join(folder, 'holiday.png');
  await writeFile(file, photo('holiday.png').buffer);
  await ann.writes('From the disk');
  await ann.page.route('**/uploads**', (route) => route.abort());
  await ann.choosesPhoto(file);
  const kept = () =>
    ann.page.evaluate(async () => {
      const names = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
      const keys = names.map(
        (name) =>
          new Promise<IDBValidKey[]>((resolve) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => {
              const reading = opening.result.transaction('kept').objectStore('kept').getAllKeys();
              reading.onsuccess = () => {
                opening.result.close();
                resolve(reading.result);
              };
            };
          }),
      );
      return (await Promise.all(keys)).flat().filter((key) => Array.isArray(key) && key.includes('file')).length;
    });
  await expect.poll(kept).toBe(1);
  await rm(folder, { recursive: true });
  await ann.shares();
  await ann.page.unroute('**/uploads**');
  await expect(ann.card('From the disk')).toBeVisible();
  expect(await shared(ann)).toEqual([1]);
});

test('photos that are chosen before the app can look at them wait for the connection, and so does the share', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  // As after the first visit: what looks at photos isn't loaded yet.
  await ann.page.reload();
  await expect(ann.field('composer.prompt')).toBeVisible();
  await ann.page.context().setOffline(true);
  await ann.writes('Three of the lake');
  await picks(ann, ['1.png', '2.png', '3.png'].map((name) => photo(name)));
  await expect(ann.text('upload.unready', { n: 3 })).toBeVisible();
  await expect(ann.page.getByRole('button', { name: /^Share with / })).toHaveAttribute('aria-disabled', 'true');
  await ann.page.context().setOffline(false);
  await expect(ann.page.locator('[data-medium]')).toHaveCount(3);
  await expect(ann.text('upload.unready', { n: 3 })).toHaveCount(0);
  await ann.shares();
  await expect(ann.card('Three of the lake')).toBeVisible();
  expect(await shared(ann)).toEqual([3]);
});

test('photos that are dropped while a share is on its way are refused with a reason, and taken afterwards', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route('**/spaces/1/shares', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  const drops = async () => {
    const bytes = photo('a.png').buffer.toString('base64');
    const files = await ann.page.evaluateHandle((bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], 'a.png', { type: 'image/png' }));
      return data;
    }, bytes);
    await ann.page.dispatchEvent('body', 'drop', { dataTransfer: files });
  };
  await ann.writes('By the lake');
  await ann.shares();
  await expect(ann.text('composer.sending')).toBeVisible();
  await drops();
  await expect(ann.text('composer.busy')).toBeVisible();
  release();
  await expect(ann.card('By the lake')).toBeVisible();
  await drops();
  await expect(ann.page.locator('[data-medium]')).toHaveCount(1);
  expect(await shared(ann)).toEqual([0]);
});

test('words about a share that is deleted elsewhere stay to be read and copied, and their draft goes with them', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { permissions: ['clipboard-read', 'clipboard-write'] });
  await settles(ann);
  const headers = { Origin: new URL(ann.page.url()).origin };
  for (const text of ['First', 'Second']) expect((await ann.page.request.post('/spaces/1/shares', { data: { text, media: [] }, headers })).ok()).toBe(true);
  const deletes = async (id: number) => expect((await ann.page.request.delete(`/shares/${id}`, { headers })).ok()).toBe(true);
  const notes = ann.page.getByRole('region', { name: words('ui.notes'), exact: true });

  // A comment, on the page of the share.
  await ann.page.goto('/app/shares/1');
  await ann.page.getByRole('button', { name: en['comment.write'], exact: true }).click();
  await ann.page.getByLabel(en['comment.label']).fill('Ten minutes of words');
  await deletes(1);
  await expect(notes).toContainText('Ten minutes of words');
  await expect(ann.text('lost.title')).toBeVisible();
  expect(await findings(ann.page, 'words that are left')).toEqual([]);
  await notes.getByRole('button', { name: en['lost.copy'], exact: true }).click();
  await expect(notes).not.toContainText('Ten minutes of words');
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('Ten minutes of words');
  expect(await drafts(ann)).toEqual([]);

  // An edit, in the feed; what nobody has put away is there again after a reload.
  await ann.page.goto('/app/spaces/1');
  await ann.card('Second').getByRole('button', { name: words('share.actions', { name: 'Ann' }) }).click();
  await ann.page.getByRole('menuitem', { name: words('share.edit') }).click();
  await ann.field('share.text').fill('Second, in better words');
  await deletes(2);
  await expect(notes).toContainText('in better words');
  await expect(ann.page.getByRole('article')).toHaveCount(0);
  await ann.page.reload();
  await expect(notes).toContainText('in better words');
  await notes.getByRole('button', { name: words('ui.dismiss'), exact: true }).click();
  await expect(notes).not.toContainText('in better words');
  expect(await drafts(ann)).toEqual([]);
});
