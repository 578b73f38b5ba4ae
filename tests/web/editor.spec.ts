// A share that is edited: with new photos on a line that breaks, without an answer, with a reload in between, and on two screens at once.

import { randomBytes } from 'node:crypto';

import type { Route } from '@playwright/test';

import { pathOf, sendOn } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { type Person, words } from './people.ts';
import { png } from './png.ts';

const photo = (side: number) => ({ name: `${side}.png`, mimeType: 'image/png', buffer: png(side, randomBytes) });

interface Shared {
  text: string;
  media: { id: number; width: number; caption: string | null }[];
}

const share = async ({ page }: Person) => (await (await page.context().request.get('/shares/1')).json()) as Shared;
const said = async (ann: Person) => {
  const { text, media } = await share(ann);
  return [text, ...media.map(({ width, caption }) => (caption ? `${width} ${caption}` : width))];
};

/** A space with a share of two photos, which is edited. */
async function begins(ann: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('At the lake');
  await ann.choosesPhotos([photo(41), photo(42)]);
  await ann.shares();
  await ann.seesPhotoOf('At the lake');
  await ann.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
}

async function adds({ page, ...ann }: Person, files: ReturnType<typeof photo>[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: words('composer.more_photos'), exact: true }).click();
  await (await chooser).setFiles(files);
  await expect(page.locator('article [data-medium]'), ann.login).toHaveCount(2 + files.length);
}

/** Changes the share as another screen does. */
async function elsewhere({ page }: Person, data: object): Promise<void> {
  const headers = { Origin: new URL(page.url()).origin };
  const answer = await page.context().request.put('/shares/1', { data, headers });
  expect(answer.ok(), await answer.text()).toBe(true);
}

const isEdit = (url: URL) => pathOf(url) === '/shares/1';
const onEdit = async (route: Route, task: () => Promise<void>) => (route.request().method() === 'PUT' ? task() : route.continue());

for (const [where, viewport] of [
  ['a phone', { width: 390, height: 844 }],
  ['a desk', { width: 1280, height: 800 }],
] as const) {
  const tag = where === 'a desk' ? '@long' : [];
  test(`new photos come to a share once, whatever becomes of the line and the server, on ${where}`, { tag }, async ({ server, newPerson }) => {
    const line = await Line.to(server.url);
    const ann = await newPerson('Ann', { viewport, reducedMotion: 'reduce', baseURL: line.url });
    const { page } = ann;
    await begins(ann);
    await ann.field('share.text').fill('At the lake, at last');
    line.speed = 700_000;
    await adds(ann, [photo(700), photo(43), photo(44)]);
    await expect(page.getByText(/^Uploading: [0-2] of 3 done$/)).toBeVisible();
    line.break();
    await expect(ann.text('upload.waiting')).toBeVisible();
    await ann.button('media.earlier', { n: 5, all: 5 }).click();
    await ann.field('media.caption_of', { n: 4, all: 5 }).fill('The last one');
    line.mend();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await expect(page.locator('article [data-medium]')).toHaveCount(5);
    await expect(ann.field('share.text')).toHaveValue('At the lake, at last');
    await expect(ann.field('media.caption_of', { n: 4, all: 5 })).toHaveValue('The last one');
    await server.kill();
    await ann.button('share.save').click();
    await server.run();
    line.speed = Infinity;
    await expect(page.locator('[data-medium]')).toHaveCount(0);
    expect(await said(ann)).toEqual(['At the lake, at last', 41, 42, 700, '44 The last one', 43]);
    await page.reload();
    await expect(ann.card('At the lake, at last')).toBeVisible();
    await expect(page.locator('[data-medium]')).toHaveCount(0);
    line.end();
  });
}

test('by keys, one stays where one is when photos are moved and taken out, and at the share when its editor closes', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await begins(ann);
  await ann.button('media.later', { n: 1, all: 2 }).focus();
  await page.keyboard.press('Enter');
  await expect(ann.button('media.later', { n: 2, all: 2 })).toBeFocused();
  await expect(ann.button('media.later', { n: 2, all: 2 })).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Enter');
  await ann.button('media.remove', { n: 2, all: 2 }).focus();
  await page.keyboard.press('Enter');
  await expect(ann.button('media.remove', { n: 1, all: 1 })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(ann.button('composer.more_photos')).toBeFocused();
  await ann.button('ui.cancel').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article').getByRole('heading', { level: 2 })).toBeFocused();
  expect(await said(ann)).toEqual(['At the lake', 41, 42]);
});

test('what was saved without an answer is not saved twice, also after a reload', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await begins(ann);
  await adds(ann, [photo(43)]);
  await ann.field('share.text').fill('With another one');
  await page.route(isEdit, (route) => onEdit(route, async () => {
    await sendOn(route);
    await route.abort();
  }));
  await ann.button('share.save').click();
  // Whether the app takes the whole connection for gone depends on how soon it hears of it again.
  await expect(ann.text('error.unreachable')).toBeVisible();
  expect(await said(ann)).toEqual(['With another one', 41, 42, 43]);
  await page.unrouteAll({ behavior: 'wait' });
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  // It is found out that nothing is left to save.
  await expect(ann.card('With another one')).toBeVisible();
  await expect(ann.button('share.save')).toHaveCount(0);
  expect(await said(ann)).toEqual(['With another one', 41, 42, 43]);
});

test('words that are written while it is saved stay in the editor', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await begins(ann);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(isEdit, (route) => onEdit(route, async () => {
    await released;
    await route.continue();
  }));
  await ann.field('share.text').fill('First words');
  await ann.button('share.save').click();
  await expect(ann.button('share.saving')).toBeVisible();
  await ann.field('share.text').press('End');
  await ann.field('share.text').pressSequentially(', and more');
  release();
  await expect(ann.text('share.behind')).toBeVisible();
  await expect(ann.field('share.text')).toHaveValue('First words, and more');
  expect(await said(ann)).toEqual(['First words', 41, 42]);
  await ann.button('share.save').click();
  await expect(ann.card('First words, and more')).toBeVisible();
});

test('of what two screens have written, both is shown, and nothing is saved before one is chosen', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  const { page } = ann;
  await begins(ann);
  const [first, second] = (await share(ann)).media.map(({ id }) => id);
  await ann.field('share.text').fill('From here');
  await ann.field('media.caption_of', { n: 1, all: 2 }).fill('Caption from here');
  await elsewhere(ann, { text: 'From there', media: [{ id: second }, { id: first, caption: 'Caption from there' }] });
  await ann.button('share.save').click();
  await expect(page.getByRole('alert')).toContainText('This share was edited elsewhere in the meantime');
  const choices = page.getByRole('group', { name: words('share.elsewhere') });
  await expect(choices).toHaveCount(2);
  await expect(choices.first()).toContainText('From there');
  await expect(choices.last()).toContainText('Caption from there');
  await expect(ann.button('share.save')).toHaveAttribute('aria-disabled', 'true');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(choices).toHaveCount(2);
  await choices.first().getByRole('button', { name: words('share.keep_both') }).click();
  await choices.getByRole('button', { name: words('share.keep_theirs') }).click();
  await expect(choices).toHaveCount(0);
  await ann.button('share.save').click();
  await expect(ann.button('share.save')).toHaveCount(0);
  expect(await said(ann)).toEqual(['From here\n\nFrom there', 42, '41 Caption from there']);
});

test('what is thrown away is deleted at the server, and the share is as it was', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await begins(ann);
  await adds(ann, [photo(43)]);
  await expect(ann.text('upload.arrived')).toBeVisible();
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE' && response.url().includes('/uploads/'));
  await ann.button('ui.cancel').click();
  expect((await deleted).status()).toBe(204);
  await page.reload();
  await expect(ann.card('At the lake')).toBeVisible();
  await expect(ann.button('share.save')).toHaveCount(0);
  expect(await said(ann)).toEqual(['At the lake', 41, 42]);
});
