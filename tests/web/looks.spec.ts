// What things look like: long names and texts, spaces of one name, photos that are white, tiny, or transparent; and menus.

import { deflateSync } from 'node:zlib';

import type { Locator, Page } from '@playwright/test';

import { pathOf } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { type Person, words } from './people.ts';
import { chunk, png } from './png.ts';
import { opens } from './quiet.ts';

const [RED, WHITE] = [[200, 30, 30], [255, 255, 255]];

async function settles(ann: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
}

/** Sends a request that changes something, as a page would. */
async function does(page: Page, path: string, options: { data?: object; multipart?: Record<string, string | { name: string; mimeType: string; buffer: Buffer }> }) {
  const answer = await page.request.post(path, { ...options, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
}

const shares = (page: Page, text: string, buffer?: Buffer) =>
  does(page, '/spaces/1/shares', { multipart: buffer ? { text, file: { name: 'one.png', mimeType: 'image/png', buffer } } : { text } });

const plain = (side: number, colour: number[]) => png(side, (bytes) => Buffer.from(Array.from({ length: bytes }, (_, at) => colour[at % 3] ?? 0)));

/** A square PNG with a colour in its middle half, transparent around it. */
function clear(side: number, colour: number[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const isIn = (at: number) => at >= side / 4 && at < (side * 3) / 4;
  const lines = Array.from({ length: side }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: side }, (_, x) => [...colour, isIn(x) && isIn(y) ? 255 : 0]).flat()]),
  );
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = chunk('IDAT', deflateSync(Buffer.concat(lines)));
  return Buffer.concat([signature, chunk('IHDR', header), data, chunk('IEND', Buffer.alloc(0))]);
}

/** The colour at a point of the visible part of an element, in fractions of its width and height. */
async function colourAt(page: Page, element: Locator, x: number, y: number): Promise<number[]> {
  const seen = await element.screenshot();
  return page.evaluate(
    async ([bytes, x, y]) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const at = (part: number, size: number) => Math.min(size - 1, Math.floor(part * size));
      return [...(context?.getImageData(at(x, bitmap.width), at(y, bitmap.height), 1, 1).data ?? [])].slice(0, 3);
    },
    [[...seen], x, y] as const,
  );
}

const apart = (one: number[], other: number[]) => Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? 0))));

test('long texts are folded, short ones are not, and nothing makes a page wider than the window', async ({ newPerson }) => {
  test.slow();
  const viewport = { width: 320, height: 640 };
  const [ann, wide] = [await newPerson('Ann', { viewport }), await newPerson('W'.repeat(32), { viewport })];
  await settles(ann);
  await wide.page.goto('/app/register');
  await wide.registers();
  await does(ann.page, '/spaces/1/members', { data: { login: wide.login } });
  await does(ann.page, '/spaces', { data: { name: 'W'.repeat(50) } });
  await does(ann.page, '/spaces', { data: { name: 'משפחה בתל אביב' } });
  await shares(ann.page, 'Few words');
  await shares(wide.page, 'A'.repeat(1_900));
  await shares(wide.page, 'שלום לכולם\nand 3 words more');
  await shares(ann.page, Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n'));
  await shares(ann.page, '😀🎉🌈');

  await ann.page.reload();
  const card = ann.card('line 39');
  const text = card.locator('.text');
  await expect(ann.card('Few words')).toBeVisible();
  await expect(ann.card('Few words').getByRole('button', { name: words('share.more') })).toHaveCount(0);
  const seen = () => text.evaluate((element) => element.clientHeight / element.scrollHeight);
  expect(await seen()).toBeLessThan(0.5);
  await card.getByRole('button', { name: words('share.more') }).click();
  expect(await seen()).toBe(1);
  await card.getByRole('button', { name: words('share.less') }).click();
  expect(await seen()).toBeLessThan(0.5);

  const tooWide: string[] = [];
  const ofSpaces = ['1', '1/members', '1/settings', '2', '2/members', '2/photos', '2/photos?kind=video', '2/settings', '3'].map((path) => `spaces/${path}`);
  for (const path of ['', ...ofSpaces, 'shares/2', 'account']) {
    for (const { page, login } of [ann, wide]) {
      await opens(page, `/app/${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      if (path === 'spaces/2/photos' && page === ann.page) await expect(ann.link('photos.share_one')).toBeVisible();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > viewport.width) tooWide.push(`${login}: ${path}: ${width}`);
    }
  }
  expect(tooWide).toEqual([]);

  // A right-to-left name begins next to its avatar, as all others do.
  await ann.page.goto('/app/spaces/3');
  const heading = ann.page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('משפחה בתל אביב');
  const links = await ann.page.getByRole('link', { name: words('space.people', { n: 1 }) }).boundingBox();
  expect(Math.abs(((await heading.boundingBox())?.x ?? 0) - (links?.x ?? 0))).toBeLessThan(4);

  // All items of a menu can be reached, also below the last card of a page.
  await ann.page.goto('/app/spaces/1/members');
  await ann.page.getByRole('button', { name: words('members.actions', { name: wide.login }) }).click();
  await expect(ann.page.getByRole('menuitem').last()).toBeInViewport({ ratio: 0.95 });
});

test('two spaces of one name are distinguished, and a space with other members cannot be deleted', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await settles(ann);
  await bob.page.goto('/app/register');
  await bob.registers();
  await does(ann.page, '/spaces/1/members', { data: { login: 'Bob' } });
  await ann.page.goto('/app/');
  const rows = ann.page.getByRole('main').getByRole('link', { name: /family/i });
  await expect(rows).toHaveCount(1);
  await expect(rows).not.toContainText(words('space.people', { n: 2 }));
  await ann.button('home.new').first().click();
  await ann.field('home.new_name').fill(' family');
  await expect(ann.text('home.same_name')).toBeVisible();
  await ann.button('home.create').click();
  await expect(ann.page.getByRole('heading', { level: 1, name: 'family' })).toBeVisible();
  await ann.page.goto('/app/');
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: `Family · ${words('space.people', { n: 2 })}` })).toHaveCount(1);
  await expect(rows.filter({ hasText: `family · ${words('space.people', { n: 1 })}` })).toHaveCount(1);

  await ann.page.goto('/app/spaces/1/settings');
  await expect(ann.text('settings.delete_not_yet')).toBeVisible();
  await expect(ann.button('settings.delete_short')).toHaveCount(0);

  // Without links there is nothing to revoke; and cancelling removes no one.
  await ann.page.goto('/app/spaces/1/members');
  const dialog = ann.page.getByRole('dialog');
  await ann.chooses(words('members.actions', { name: 'Bob' }), 'members.remove', { space: 'Family' });
  await expect(dialog.getByText(words('members.remove_text', { name: 'Bob', space: 'Family' }))).toBeVisible();
  await expect(dialog.getByRole('checkbox')).toHaveCount(0);
  await dialog.getByRole('button', { name: words('ui.cancel') }).click();
  await expect(dialog).toHaveCount(0);
  const members = async () => ((await (await ann.page.request.get('/spaces/1/members')).json()) as unknown[]).length;
  expect(await members()).toBe(2);
  await ann.chooses(words('members.actions', { name: 'Bob' }), 'members.remove', { space: 'Family' });
  await dialog.getByRole('button', { name: words('members.remove_short') }).click();
  await expect(dialog).toHaveCount(0);
  expect(await members()).toBe(1);

  await ann.page.goto('/app/spaces/1/settings');
  await ann.button('settings.delete_short').click();
  const last = dialog.getByRole('button', { name: words('settings.delete_short') });
  await expect(last).toBeDisabled();
  await ann.field('settings.delete_type', { space: 'Family' }).fill('Family');
  await last.click();
  await expect(ann.page.getByRole('heading', { name: words('home.title') })).toBeVisible();
  await expect(rows).toHaveCount(1);
});

test('nothing shows through transparent photos, white ones have an edge, and tiny ones stay tiny', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { colorScheme: 'light', reducedMotion: 'reduce' });
  await settles(ann);
  await shares(ann.page, 'clear', clear(400, RED));
  await shares(ann.page, 'white', plain(400, WHITE));
  await shares(ann.page, 'tiny', plain(24, RED));
  const placeholders = async () => {
    const photos = (await (await ann.page.request.get('/spaces/1/images')).json()) as { image: { placeholder: string | null } }[];
    return photos.filter(({ image }) => image.placeholder).length;
  };
  await expect.poll(placeholders).toBe(3);
  await ann.page.reload();
  for (const text of ['clear', 'white', 'tiny']) await ann.seesPhotoOf(text);
  const photoOf = (text: string) => ann.card(text).locator('.picture');

  // The background is visible next to a photo, even a tiny one, and close to its edge.
  const { page } = ann;
  const seenAt = (element: Locator, x: number, y: number) => colourAt(page, element, x, y);
  await expect(photoOf('clear').locator('canvas')).toHaveCSS('opacity', '0');
  const behind = await seenAt(ann.card('tiny').locator('a.photo'), 0.05, 0.5);
  for (const at of [0.05, 0.15, 0.23]) expect(apart(await seenAt(photoOf('clear'), at, at), behind)).toBeLessThan(4);
  expect(apart(await seenAt(photoOf('clear'), 0.5, 0.5), RED)).toBeLessThan(12);

  const edge = await seenAt(photoOf('white'), 0, 0.5);
  const inside = await seenAt(photoOf('white'), 0.5, 0.5);
  expect(inside).toEqual(WHITE);
  expect(apart(edge, inside)).toBeGreaterThan(10);

  expect((await ann.card('tiny').getByRole('img').boundingBox())?.width).toBe(24);
  await ann.link('space.photos').first().click();
  const thumb = page.getByRole('main').getByRole('link', { name: /Photo by Ann/ }).first();
  await expect(thumb.locator('img')).toHaveClass(/loaded/);
  expect(apart(await seenAt(thumb, 0.5, 0.5), RED)).toBeLessThan(12);
  expect(apart(await seenAt(thumb, 0.1, 0.5), behind)).toBeLessThan(4);
});

test('a photo that is opened by its link shows where it is from, and all of it', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  await settles(ann);
  const high = png(600, (bytes) => Buffer.alloc(bytes, 90));
  await shares(ann.page, 'Very many words that go below it, more than two lines of a phone have space for', high);
  // The photos are loaded before the space is.
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route((url) => ['/spaces', '/spaces/1'].includes(pathOf(url)), async (route) => {
    await released;
    await route.continue();
  });
  await ann.page.goto('/app/spaces/1/photos/1');
  const viewer = ann.page.getByRole('dialog');
  await expect(viewer.getByText(/^Very many words/)).toBeVisible();
  release();
  await expect(ann.page.getByRole('dialog', { name: words('viewer.title', { space: 'Family' }) })).toBeVisible();
  await expect(viewer.getByText('Family', { exact: true })).toBeVisible();

  // A tall one is between the bars, too.
  await ann.page.setViewportSize({ width: 520, height: 640 });
  const photo = viewer.locator('.pswp__img').first();
  const bar = viewer.locator('.bar.bottom');
  await expect.poll(async () => (await photo.boundingBox())?.width).toBeGreaterThan(300);
  const box = await photo.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? Infinity)).toBeLessThanOrEqual((await bar.boundingBox())?.y ?? 0);
});

test('a photo that is too large for the canvas of a browser is sent smaller, and says so', async ({ newPerson }) => {
  test.slow();
  const ann = await newPerson('Ann');
  // Older iPhones silently draw nothing if there are more pixels than this.
  await ann.page.addInitScript(() => {
    const isTooLarge = ({ width, height }: { width: number; height: number }) => width * height > 4096 * 4096;
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (this: CanvasRenderingContext2D, ...rest: unknown[]) {
      if (!isTooLarge(this.canvas)) Reflect.apply(draw, this, rest);
    };
    const encode = HTMLCanvasElement.prototype.toBlob;
    HTMLCanvasElement.prototype.toBlob = function (this: HTMLCanvasElement, done: BlobCallback, ...rest) {
      if (isTooLarge(this)) done(null);
      else Reflect.apply(encode, this, [done, ...rest]);
    };
  });
  await settles(ann);
  // Of a type that the server doesn't accept: a bitmap of one colour, with a bit for each pixel.
  const [width, height] = [5_000, 4_000];
  const line = Math.ceil(width / 32) * 4;
  const bitmap = Buffer.alloc(62 + line * height);
  bitmap.write('BM', 'latin1');
  bitmap.writeUInt32LE(bitmap.length, 2);
  bitmap.writeUInt32LE(62, 10);
  bitmap.writeUInt32LE(40, 14);
  bitmap.writeInt32LE(width, 18);
  bitmap.writeInt32LE(height, 22);
  bitmap.writeUInt16LE(1, 26);
  bitmap.writeUInt16LE(1, 28);
  bitmap.set([RED[2] ?? 0, RED[1] ?? 0, RED[0] ?? 0, 0], 54);
  await ann.choosesPhoto({ name: 'scan.bmp', mimeType: 'image/bmp', buffer: bitmap });
  await expect(ann.text('composer.shrunk')).toBeVisible();
  await ann.writes('From the scanner');
  await ann.shares();
  await ann.seesPhotoOf('From the scanner');
  const [share] = (await (await ann.page.request.get('/spaces/1/shares')).json()) as { image: { width: number; height: number } }[];
  const { width: sent = 0, height: high = 0 } = share?.image ?? {};
  expect(sent * high).toBeLessThanOrEqual(4096 * 4096);
  expect(sent).toBeGreaterThan(4_000);
  await expect(ann.card('From the scanner').locator('img')).toHaveClass(/loaded/);
  await expect.poll(async () => apart(await colourAt(ann.page, ann.card('From the scanner').locator('.picture'), 0.5, 0.5), RED)).toBeLessThan(12);
});

test('where a browser does not keep the session, signing in says so', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { locale: 'de-DE' });
  await ann.page.goto('/app/register');
  const form = ann.page.locator('form');
  await form.locator('input[name="login"]').fill('Ann');
  for (const field of await form.locator('input[type="password"]').all()) await field.fill('correct horse');
  // The first request comes without the cookie.
  await ann.page.route('**/me', async (route) => {
    await ann.page.context().clearCookies();
    await route.continue();
  });
  await form.locator('button[type="submit"]').click();
  await expect(ann.page.getByRole('alert')).toHaveText(/Dein Passwort stimmt, aber dieser Browser hat die Anmeldung nicht behalten/);
  // Once the browser keeps the cookie, signing in succeeds.
  await ann.page.unrouteAll();
  await ann.page.goto('/app/sign-in');
  await form.locator('input[name="login"]').fill('Ann');
  await form.locator('input[name="password"]').fill('correct horse');
  await form.locator('button[type="submit"]').click();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Meine Räume');
});

test('a photo has an address of its own, and changes to its share show while it is open', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { reducedMotion: 'reduce' });
  await settles(ann);
  await shares(ann.page, 'As it was', plain(300, [90, 90, 90]));
  await shares(ann.page, 'Another', plain(200, [200, 20, 20]));

  // From the grid it opens at the photo's URL; forward and back, and with the back button.
  await ann.page.goto('/app/spaces/1/photos');
  await ann.page.getByRole('main').getByRole('link', { name: /Photo by Ann/ }).last().click();
  const viewer = ann.page.getByRole('dialog');
  await expect(viewer.getByText('As it was')).toBeVisible();
  await expect(ann.page).toHaveURL(/\/app\/spaces\/1\/photos\/1\/1$/);
  await ann.button('viewer.previous').click();
  await expect(ann.page).toHaveURL(/\/photos\/2\/2$/);
  await ann.page.goBack();
  await expect(viewer).toHaveCount(0);
  await ann.page.goForward();
  await expect(viewer.getByText('Another')).toBeVisible();

  // By a link to it, and by one of the former kind, without the photo's id.
  await ann.page.goto('/app/spaces/1/photos/1');
  await expect(viewer.getByText('As it was')).toBeVisible();
  await expect(ann.page).toHaveURL(/\/photos\/1\/1$/);
  await ann.page.goto('/app/spaces/1/photos/1/1');
  await expect(viewer.getByText('As it was')).toBeVisible();

  // In another window, the text is changed and the photo is replaced.
  const headers = { Origin: new URL(ann.page.url()).origin };
  const file = { name: 'two.png', mimeType: 'image/png', buffer: plain(120, [20, 20, 200]) };
  await ann.page.request.put('/shares/1', { multipart: { text: 'As it is now', file }, headers });
  await ann.page.evaluate(() => dispatchEvent(new Event('focus')));
  await expect(viewer.getByText('As it is now')).toBeVisible();
  await expect(ann.page).toHaveURL(/\/photos\/1\/3$/);
  const shown = viewer.locator('.pswp__item[aria-hidden="false"] .pswp__img').last();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(120);

  // The URL of the replaced photo leads to the new one.
  await ann.page.goto('/app/spaces/1/photos/1/1');
  await expect(ann.page).toHaveURL(/\/photos\/1\/3$/);
});
