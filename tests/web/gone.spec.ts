// What is gone is gone everywhere: from the page of photos, the viewer, a selection and the number of notifications. And what comes
// back is there again.

import { expect, test } from './fixtures.ts';
import { type Person, words } from './people.ts';
import { png } from './png.ts';

const at = (person: Person) => ({ headers: { Origin: new URL(person.page.url()).origin } });

/** Ann has a space with Bob. */
async function meet(ann: Person, bob: Person): Promise<void> {
  for (const each of [bob, ann]) {
    await each.page.goto('/app/register');
    await each.registers();
  }
  await ann.makesSpace('Family');
  await adds(ann, bob);
}

async function adds(ann: Person, bob: Person): Promise<void> {
  expect((await ann.page.request.post('/spaces/1/members', { data: { login: bob.login }, ...at(ann) })).ok()).toBe(true);
}

/** Shares a square photo; `side` is in pixels. */
async function shares(person: Person, text: string, side: number): Promise<void> {
  const file = { name: 'a.png', mimeType: 'image/png', buffer: png(side, (bytes) => Buffer.alloc(bytes, side)) };
  expect((await person.page.request.post('/spaces/1/shares', { multipart: { text, file }, ...at(person) })).ok()).toBe(true);
}

async function deletes(person: Person, path: string): Promise<void> {
  expect((await person.page.request.delete(path, at(person))).ok()).toBe(true);
}

test('the viewer leaves what is deleted, wherever that is, and closes when nothing is left', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob', { reducedMotion: 'reduce' })];
  await meet(ann, bob);
  for (const [text, side] of [['One', 110], ['Two', 120], ['Three', 130], ['Four', 140]] as const) await shares(ann, text, side);
  await bob.page.goto('/app/spaces/1/photos/2/2');
  const viewer = bob.page.getByRole('dialog');
  const shown = viewer.locator('.pswp__item[aria-hidden="false"] .pswp__img').last();
  const isShown = async (text: string, side: number) => {
    await expect(viewer.getByText(text, { exact: true })).toBeVisible();
    await expect(bob.page).toHaveURL(new RegExp(`/photos/${side / 10 - 10}/${side / 10 - 10}$`));
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(side);
  };
  await isShown('Two', 120);

  // One of those before it: it stays, and the one before that is next to it.
  await deletes(ann, '/shares/3');
  await bob.button('viewer.previous').click();
  await isShown('Four', 140);
  await expect(bob.button('viewer.previous')).toHaveCount(0);
  await bob.button('viewer.next').click();
  await isShown('Two', 120);

  await deletes(ann, '/shares/2');
  await isShown('One', 110);
  await expect(bob.text('viewer.gone')).toBeVisible();
  await expect(bob.button('viewer.next')).toHaveCount(0);
  await bob.button('viewer.previous').click();
  await isShown('Four', 140);
  await expect(bob.text('viewer.gone')).toHaveCount(0);
  const saved = bob.page.waitForEvent('download');
  await bob.button('viewer.download').click();
  expect(await (await saved).failure()).toBeNull();

  await deletes(ann, '/shares/1');
  await expect(bob.button('viewer.next')).toHaveCount(0);
  await isShown('Four', 140);
  await deletes(ann, '/shares/4');
  await expect(viewer).toHaveCount(0);
  await expect(bob.text('photos.gone')).toBeVisible();
  await expect(bob.text('photos.empty_title')).toBeVisible();
});

test('a photo that is being drawn to the side stays under the finger while its share is edited', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  for (const [text, side] of [['One', 110], ['Two', 120]] as const) await shares(ann, text, side);
  await bob.page.goto('/app/spaces/1/photos/2/2');
  const viewer = bob.page.getByRole('dialog');
  await expect(viewer.getByText('Two', { exact: true })).toBeVisible();
  const photo = viewer.locator('.pswp__item[aria-hidden="false"] .pswp__img').last();
  const x = async () => (await photo.boundingBox())?.x ?? 0;
  const { width, height } = bob.page.viewportSize() ?? { width: 0, height: 0 };
  const [right, left, top] = [width * 0.8, width * 0.2, height * 0.7];
  let before = 0;
  // Until it has grown to its size, it can't be drawn; more than half of the way, it goes on to the next one.
  await expect(async () => {
    await bob.page.mouse.up();
    before = await x();
    await bob.page.mouse.move(right, top);
    await bob.page.mouse.down();
    await bob.page.mouse.move(left, top, { steps: 10 });
    await expect.poll(async () => (await x()) - before, { timeout: 1_000 }).toBeLessThan(-width / 2);
  }).toPass();
  expect((await ann.page.request.put('/shares/2', { data: { text: 'Two, indeed' }, ...at(ann) })).ok()).toBe(true);
  await expect(viewer.getByText('Two, indeed', { exact: true })).toBeVisible();
  expect((await x()) - before).toBeLessThan(-width / 2);
  await bob.page.mouse.up();
  await expect(viewer.getByText('One', { exact: true })).toBeVisible();
});

test('who leaves the page before the photo of a link is found stays where they went', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await shares(ann, 'One', 110);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route('**/spaces/1/images?*', async (route) => {
    await held;
    await route.continue();
  });
  const asked = ann.page.waitForRequest(/\/spaces\/1\/images\?/);
  await ann.page.goto('/app/spaces/1/photos/1/1');
  await asked;
  await ann.page.locator('a[href$="/app/account"]').first().click();
  await expect(ann.button('account.sign_out')).toBeVisible();
  const read = ann.page.waitForResponse(/\/spaces\/1\/images\?/);
  release();
  await (await read).finished();
  await ann.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 500))));
  await expect(ann.page).toHaveURL(/\/app\/account$/);
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await expect(ann.button('account.sign_out')).toBeVisible();
});

test('without the stream of events, a photo that is gone is noticed when it is downloaded', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob', { reducedMotion: 'reduce' })];
  await bob.page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  await bob.page.route(/\/events(\?|$)/, (route) => route.abort());
  await meet(ann, bob);
  await shares(ann, 'One', 110);
  await bob.page.goto('/app/spaces/1/photos/1/1');
  await expect(bob.page.getByRole('dialog').getByText('One', { exact: true })).toBeVisible();
  await deletes(ann, '/shares/1');
  await bob.button('viewer.download').click();
  await expect(bob.text('photos.gone')).toBeVisible();
  await expect(bob.page.getByRole('dialog')).toHaveCount(0);
});

test('a photo that is taken out of its share leaves the selection, and one with a newer date moves', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  for (let side = 110; side <= 130; side += 10) await shares(ann, `Number ${side}`, side);
  await bob.page.goto('/app/spaces/1/photos');
  await bob.button('photos.select').click();
  const boxes = bob.page.getByRole('checkbox', { name: /^Photo by Ann/ });
  await boxes.nth(0).click();
  await boxes.nth(1).click();
  await expect(bob.text('photos.selected', { n: 2 })).toBeVisible();
  expect((await ann.page.request.put('/shares/2', { data: { media: [] }, ...at(ann) })).ok()).toBe(true);
  await expect(bob.text('photos.selected', { n: 1 })).toBeVisible();
  await expect(boxes).toHaveCount(2);
  expect((await ann.page.request.put('/media/1', { data: { taken_at: '2098-05-01T10:00:00' }, ...at(ann) })).ok()).toBe(true);
  await expect(bob.page.getByRole('heading', { level: 2 }).first()).toHaveText('May 2098');
  await expect(boxes).toHaveCount(2);
});

test('a member who is removed and added again sees the current state, on each page of the space', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await shares(ann, 'The beginning', 110);
  const pages = [bob.page, await bob.page.context().newPage(), await bob.page.context().newPage()] as const;
  const [photos, feed, one] = pages;
  await photos.goto('/app/spaces/1/photos');
  await feed.goto('/app/spaces/1');
  await one.goto('/app/shares/1');
  for (const page of [feed, one]) await expect(page.getByRole('article')).toHaveCount(1);
  await expect(photos.locator('main [data-photo]')).toHaveCount(1);
  const me = (await (await bob.page.request.get('/me')).json()) as { id: number };
  await deletes(ann, `/spaces/1/members/${me.id}`);
  for (const page of [photos, feed]) await expect(page.getByRole('heading', { name: words('space.left_title', { space: 'Family' }) })).toBeVisible();
  await expect(one.getByRole('article')).toHaveCount(0);
  await shares(ann, 'Meanwhile', 120);
  await adds(ann, bob);
  await expect(photos.locator('main [data-photo]')).toHaveCount(2);
  await expect(photos.getByRole('alert')).toHaveCount(0);
  await expect(feed.getByRole('article')).toHaveCount(2);
  await expect(one.getByRole('article')).toHaveCount(1);
});

test('notifications of what is deleted are counted no more', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await bob.page.goto('/app/spaces/1');
  for (const side of [110, 120, 130]) await shares(ann, '@Bob look', side);
  const bell = bob.page.getByRole('link', { name: new RegExp(`^${words('nav.notices')}`) }).first();
  await expect(bell).toContainText('3');
  await deletes(ann, '/shares/2');
  await deletes(ann, '/shares/3');
  await expect(bell).toContainText('1');
});
