// Two and three people at once, each with a browser of their own: after each step, all screens show what the server has,
// in its order.

import { randomBytes } from 'node:crypto';

import type { Page } from '@playwright/test';

import { expect, test } from './fixtures.ts';
import { Person, words } from './people.ts';
import { png } from './png.ts';

const one = { n: 1 };

/** The texts on a page, from top to bottom, after new shares have been loaded. */
async function shown(page: Page): Promise<string[]> {
  const pill = page.getByRole('button', { name: /^\d+ new shares?$/ });
  // At the top, it may go by itself.
  if (await pill.isVisible()) await pill.click({ timeout: 2_000 });
  return page.getByRole('article').evaluateAll((cards) => cards.map((card) => card.querySelector('.text')?.textContent?.trim() ?? ''));
}

/** Waits until all of them see the space as the server has it. */
async function agree(...people: Person[]): Promise<void> {
  for (const { page } of people) {
    // The effect of the last click may not be there yet.
    await expect(async () => {
      const answer = await page.request.get('/spaces/1/shares');
      const there = ((await answer.json()) as { text: string }[]).map(({ text }) => text);
      expect(await shown(page)).toEqual(there);
    }).toPass({ timeout: 15_000 });
  }
}

/** Bob creates an account and joins Ann's space; both open it. */
async function meet(ann: Person, ...others: Person[]): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  for (const other of others) {
    await other.page.goto('/app/register');
    await other.registers();
    const headers = { Origin: new URL(ann.page.url()).origin };
    expect((await ann.page.request.post('/spaces/1/members', { data: { login: other.login }, headers })).ok()).toBe(true);
    await other.page.goto('/app/spaces/1');
    await expect(other.page.getByRole('heading', { level: 1, name: 'Family' })).toBeVisible();
  }
}

/** The connection of a phone in a train. */
async function slow(page: Page): Promise<void> {
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  const bytes = 40_000;
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: bytes, uploadThroughput: bytes });
}

test('what another user shared just before me is not missed', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await ann.writes('The beginning');
  await ann.shares();
  await agree(ann, bob);

  // Ann's page doesn't know of Bob's share before she has shared her own.
  await ann.page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  await ann.page.route(/\/events(\?|$)/, (route) => route.abort());
  await ann.page.reload();
  await agree(ann);
  await ann.page.route('**/spaces/1/shares?*', (route) => route.abort());
  await bob.writes('From Bob');
  await bob.shares();
  await expect(bob.card('From Bob')).toBeVisible();
  await ann.writes('From Ann');
  await ann.shares();
  await expect(ann.card('From Ann')).toBeVisible();
  await expect(ann.card('From Bob')).toHaveCount(0);
  await ann.page.unrouteAll();
  await ann.page.evaluate(() => dispatchEvent(new Event('focus')));
  await expect(ann.card('From Bob')).toBeVisible();
  await agree(ann, bob);

  await ann.link('nav.back').click();
  await ann.page.getByRole('main').getByRole('link', { name: /Family/ }).click();
  await agree(ann, bob);
});

test('what is new waits above while something goes on in the feed, and is not gone before it is read', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await ann.writes('The beginning');
  await ann.shares();
  await agree(ann, bob);

  await ann.card('The beginning').getByRole('button', { name: words('share.actions', { name: 'Ann' }) }).focus();
  await bob.writes('One');
  await bob.shares();
  await expect(ann.button('space.new_shares', one)).toBeVisible();
  await expect(ann.card('One')).toHaveCount(0);
  await bob.writes('Two');
  await bob.shares();
  await expect(ann.button('space.new_shares', { n: 2 })).toBeVisible();
  // A deleted share isn't new any more; the others can still be read.
  await bob.page.getByRole('button', { name: words('share.actions', { name: 'Bob' }) }).first().click();
  await bob.page.getByRole('menuitem', { name: words('share.delete') }).click();
  // That about replies asks for something else.
  const deleted = bob.page.getByRole('region', { name: words('ui.notes') }).locator('div').filter({ hasText: words('share.deleted') });
  await deleted.getByRole('button', { name: words('ui.dismiss') }).click();
  await expect(ann.button('space.new_shares', one)).toBeVisible();
  // After sharing, the author sees what is below it.
  await ann.writes('Three');
  await ann.shares();
  await expect(ann.button('space.new_shares', one)).toHaveCount(0);
  await expect(ann.card('One')).toBeVisible();
  await agree(ann, bob);
});

test('two users who write at the same time, one of them on a slow line, see the same', async ({ server, newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await slow(bob.page);
  for (const round of [1, 2, 3]) {
    await Promise.all([ann.writes(`Ann ${round}`), bob.writes(`Bob ${round}`)]);
    if (round === 2) await bob.choosesPhoto({ name: 'one.png', mimeType: 'image/png', buffer: png(120, randomBytes) });
    await Promise.all([ann.shares(), bob.shares()]);
    await expect(ann.card(`Ann ${round}`)).toBeVisible();
    await expect(bob.card(`Bob ${round}`)).toBeVisible();
    await agree(ann, bob);
  }

  // Both edit their own shares at the same time.
  for (const each of [ann, bob]) {
    const menu = each.page.getByRole('button', { name: words('share.actions', { name: each.login }) });
    await menu.last().click();
    await each.page.getByRole('menuitem', { name: words('share.edit') }).click();
    await each.field('share.text').fill(`${each.login} thought again`);
  }
  await Promise.all([ann.button('share.save').click(), bob.button('share.save').click()]);
  await expect(ann.card('Bob thought again')).toBeVisible({ timeout: 45_000 });
  await expect(bob.card('Ann thought again')).toBeVisible({ timeout: 45_000 });
  await agree(ann, bob);

  // One deletes while the other shares, and the server goes down and comes back in between.
  await ann.page.getByRole('button', { name: words('share.actions', { name: 'Ann' }) }).first().click();
  await ann.page.getByRole('menuitem', { name: words('share.delete') }).click();
  await bob.writes('While it is down');
  await server.kill();
  await bob.shares();
  await expect(bob.page.getByText(words('connection.lost'))).toBeVisible();
  await server.run();
  await expect(bob.card('While it is down')).toHaveCount(1);
  await expect(ann.page.getByText(words('connection.lost'))).toHaveCount(0);
  await ann.page.reload();
  await agree(ann, bob);
});

test('back buttons, second windows and reloads show what the server has', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  for (const text of ['One', 'Two', 'Three']) {
    await bob.writes(text);
    await bob.shares();
    await expect(bob.card(text)).toBeVisible();
  }
  await agree(ann, bob);

  // In a second window, Ann shares; the first shows it in its place.
  const second = new Person(await ann.page.context().newPage(), 'Ann');
  await second.page.goto('/app/spaces/1');
  await second.writes('From the second window');
  await second.shares();
  await expect(ann.card('From the second window')).toBeVisible();
  await agree(ann, second, bob);

  // While Ann looks at the members, Bob shares; by the back button she gets to all of it.
  await ann.link('space.people', { n: 2 }).click();
  await bob.writes('While you were away');
  await bob.shares();
  await expect(bob.card('While you were away')).toBeVisible();
  await ann.page.goBack();
  await expect(ann.card('While you were away')).toBeVisible();
  await agree(ann, second, bob);
  await ann.page.reload();
  await agree(ann, second, bob);
});

test('a new member sees everything, and a removed one sees nothing more', async ({ newPerson }) => {
  test.slow();
  const [ann, bob, carol] = [await newPerson('Ann'), await newPerson('Bob'), await newPerson('Carol')];
  await meet(ann, bob);
  await carol.page.goto('/app/register');
  await carol.registers();
  await carol.page.goto('/app/spaces/1');
  await expect(carol.text('lost.title')).toBeVisible();
  await ann.writes('Before Carol');
  const headers = { Origin: new URL(ann.page.url()).origin };
  const [joined] = await Promise.all([ann.page.request.post('/spaces/1/members', { data: { login: 'Carol' }, headers }), ann.shares()]);
  expect(joined.ok()).toBe(true);
  await carol.page.goto('/app/spaces/1');
  await agree(ann, bob, carol);
  // The author sees that there are three members now.
  await expect(ann.link('space.people', { n: 3 })).toBeVisible({ timeout: 45_000 });

  await carol.writes('From Carol');
  await Promise.all([carol.shares(), bob.writes('From Bob')]);
  await expect(carol.card('From Carol')).toBeVisible();
  expect((await ann.page.request.delete('/spaces/1/members/3', { headers })).ok()).toBe(true);
  await bob.shares();
  await expect(carol.text('space.left_title', { space: 'Family' })).toBeVisible();
  await expect(carol.page.getByRole('article')).toHaveCount(0);
  await expect(carol.page.getByRole('complementary')).not.toContainText('Bob');
  await agree(ann, bob);
});

test('an editor that was opened earlier keeps the photos that another screen has added', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('At the lake');
  await ann.choosesPhotos([1, 2].map((nth) => ({ name: `${nth}.png`, mimeType: 'image/png', buffer: png(40 + nth, randomBytes) })));
  await ann.shares();
  await ann.seesPhotoOf('At the lake');
  const other = new Person(await ann.page.context().newPage(), 'Ann');
  await other.page.goto('/app/spaces/1');
  await other.seesPhotoOf('At the lake');
  for (const each of [ann, other]) await each.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');

  const chooser = other.page.waitForEvent('filechooser');
  await other.button('composer.more_photos').click();
  await (await chooser).setFiles([{ name: '3.png', mimeType: 'image/png', buffer: png(43, randomBytes) }]);
  await expect(other.page.locator('[data-medium]')).toHaveCount(3);
  await other.button('share.save').click();
  await expect(other.button('share.save')).toHaveCount(0);

  // The first one takes a photo out and writes; it hears what has happened, and loses nothing.
  await ann.button('media.remove', { n: 1, all: 2 }).click();
  await ann.field('share.text').fill('At the lake, in the fog');
  await ann.button('share.save').click();
  await expect(ann.page.getByRole('alert')).toContainText('This share was edited elsewhere in the meantime');
  await expect(ann.field('share.text')).toHaveValue('At the lake, in the fog');
  await expect(ann.page.locator('[data-medium]')).toHaveCount(2);
  await ann.button('share.save').click();
  await expect(ann.button('share.save')).toHaveCount(0);
  const answer = await ann.page.request.get('/shares/1');
  const share = (await answer.json()) as { text: string; media: { width: number }[] };
  expect([share.text, ...share.media.map(({ width }) => width)]).toEqual(['At the lake, in the fog', 42, 43]);
});

test('words that were begun before a reload do not undo what was written since', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('The beginning');
  await ann.shares();
  await expect(ann.card('The beginning')).toBeVisible();
  await ann.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
  await ann.field('share.text').fill('From here');
  const headers = { Origin: new URL(ann.page.url()).origin };
  expect((await ann.page.request.put('/shares/1', { data: { text: 'From there' }, headers })).ok()).toBe(true);
  await ann.page.reload();
  await expect(ann.field('share.text')).toHaveValue('From here');
  await ann.button('share.save').click();
  await expect(ann.page.getByRole('alert')).toContainText('This share was edited elsewhere in the meantime');
  // Both have changed the text: nothing is saved before one is chosen.
  await expect(ann.page.getByRole('group', { name: words('share.elsewhere') })).toContainText('From there');
  await ann.button('share.keep_mine').click();
  await ann.button('share.save').click();
  await expect(ann.card('From here')).toBeVisible();
});
