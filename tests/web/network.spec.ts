// A slow connection that breaks, a server that restarts, a session that ends: nothing that was written is lost.

import { randomBytes } from 'node:crypto';

import { pathOf, sendOn } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { words } from './people.ts';
import { png } from './png.ts';

test('a photo is sent over a slow line that breaks, once, with its progress shown', async ({ server, newPerson }) => {
  const line = await Line.to(server.url);
  const ann = await newPerson('Ann', { baseURL: line.url });
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  line.speed = 100_000;
  await ann.writes('Sent from the train');
  await ann.choosesPhoto({ name: 'train.png', mimeType: 'image/png', buffer: png(2500, randomBytes) });

  // While it is written about, the photo is on its way.
  const upload = ann.page.getByRole('progressbar', { name: words('upload.of', { n: 1, all: 1 }) });
  const sent = async () => Number(await upload.getAttribute('aria-valuenow'));
  await expect.poll(sent).toBeGreaterThan(0);
  expect(await sent()).toBeLessThan(100);
  await ann.shares();
  line.break();
  await expect(ann.text('composer.waiting')).toBeVisible();
  await expect(ann.field('composer.prompt')).toHaveValue('Sent from the train');

  line.speed = Infinity;
  line.mend();
  await ann.seesPhotoOf('Sent from the train');
  await expect(ann.card('Sent from the train')).toHaveCount(1);
  await ann.page.reload();
  await ann.seesPhotoOf('Sent from the train');
  await expect(ann.card('Sent from the train')).toHaveCount(1);
  line.end();
});

test('a lost response does not lead to sharing twice', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  let lost = 0;
  await ann.page.route('**/spaces/1/shares', async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue();
    lost += 1;
    // The server has it; its sender doesn't know.
    await sendOn(route);
    await route.abort('connectionreset');
  });
  await ann.writes('Only once, please');
  await ann.shares();
  await expect(ann.card('Only once, please')).toHaveCount(1);
  await ann.page.reload();
  await expect(ann.card('Only once, please')).toHaveCount(1);
  expect(lost).toBe(1);
});

test('a list that was read before sharing does not hide what was shared', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  await expect(ann.text('space.empty_title')).toBeVisible();
  await ann.page.reload();
  await expect(ann.text('space.empty_title')).toBeVisible();
  let isShared = () => {};
  const shared = new Promise<void>((resolve) => (isShared = resolve));
  let looks = 0;
  let answered = 0;
  await ann.page.route('**/spaces/1/shares?*', async (route) => {
    looks += 1;
    const response = await sendOn(route);
    if (looks === 1) await shared;
    await route.fulfill({ response });
    answered += 1;
  });
  // When it is looked for what has changed since the page was loaded.
  await expect.poll(() => looks).toBe(1);

  await ann.writes('Here to stay');
  await ann.shares();
  await expect(ann.card('Here to stay')).toHaveCount(1);
  isShared();
  await expect.poll(() => answered).toBe(1);
  await expect(ann.card('Here to stay')).toHaveCount(1);
});

test('a draft outlives a reload, a server that is gone, and a session that has ended', async ({ server, newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('Half a thought');
  await ann.page.reload();
  await expect(ann.field('composer.prompt')).toHaveValue('Half a thought');
  await expect(ann.page.getByRole('heading', { name: 'Family' })).toBeVisible();

  await server.kill();
  await ann.writes('Half a thought, and the rest');
  await ann.shares();
  await expect(ann.page.getByText(words('connection.lost'))).toBeVisible();
  await server.run();
  await expect(ann.card('Half a thought, and the rest')).toHaveCount(1);
  await expect(ann.page.getByText(words('connection.lost'))).toHaveCount(0);

  await ann.writes('Written before the end');
  await ann.page.context().clearCookies();
  // A look at what has changed since the server is back may learn of it before the button is pressed.
  await ann.page.getByRole('button', { name: /^Share with / }).or(ann.text('door.expired')).click();
  await expect(ann.text('door.expired')).toBeVisible();
  await ann.signsIn();
  await expect(ann.field('composer.prompt')).toHaveValue('Written before the end');
  await ann.shares();
  await expect(ann.card('Written before the end')).toHaveCount(1);
});

test('what is being written stays on the screen while its space cannot be read', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('Half a thought');
  const space = /\/spaces\/1(\/members)?$/;
  let asked = 0;
  await ann.page.route((url) => space.test(pathOf(url)) && !pathOf(url).startsWith('/app/'), (route) => {
    asked += 1;
    return route.abort();
  });
  await ann.page.reload();
  // It was retried, so the result of the first attempt is on the screen.
  await expect.poll(() => asked).toBeGreaterThan(3);
  await expect(ann.page.getByRole('heading', { name: 'Family' })).toBeVisible();
  await expect(ann.field('composer.prompt')).toHaveValue('Half a thought');

  await ann.page.unrouteAll();
  await ann.shares();
  await expect(ann.card('Half a thought')).toHaveCount(1);
});

test('a page that was open during an upgrade of the server asks to be reloaded', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  // The viewer of the old version is gone, as it is after an upgrade.
  const viewer = /assets\/Viewer[^/]*\.js$/;
  let asked = 0;
  await ann.page.route(viewer, (route) => {
    asked += 1;
    return route.fulfill({ status: 404, body: 'No such page' });
  });
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('Look');
  await ann.choosesPhoto({ name: 'one.png', mimeType: 'image/png', buffer: png(40, randomBytes) });
  await ann.shares();
  await ann.seesPhotoOf('Look');
  await ann.link('space.photos').first().click();
  const photo = ann.page.getByRole('main').getByRole('link', { name: /Photo by Ann/ });
  await photo.click();
  await expect(ann.text('viewer.not_loaded')).toBeVisible();
  expect(asked).toBeGreaterThan(0);

  await ann.page.unroute(viewer);
  await ann.button('ui.reload').click();
  await photo.click();
  await expect(ann.page.locator('.pswp img').first()).toBeVisible();
});
