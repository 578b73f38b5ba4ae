// What people are called and look like: chosen by them, and seen by all at once, wherever they are shown.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator } from '@playwright/test';

import { findings } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, type Person, pictures } from './people.ts';
import { opens } from './quiet.ts';

const origin = ({ page }: Person) => ({ Origin: new URL(page.url()).origin });
const post = async (person: Person, path: string, data: object) => {
  const answer = await person.page.request.post(path, { data, headers: origin(person) });
  expect(answer.ok(), await answer.text()).toBe(true);
};
/** What a user says of themselves on another device. */
const says = async (person: Person, data: object) => {
  const answer = await person.page.request.put('/me', { data, headers: origin(person) });
  expect(answer.ok(), await answer.text()).toBe(true);
};
const showsPicture = async (person: Person, path = '/me/avatar') => {
  const data = await readFile(join(pictures, 'garden.jpg'));
  const answer = await person.page.request.put(path, { data, headers: { ...origin(person), 'Content-Type': 'image/jpeg' } });
  expect(answer.ok(), await answer.text()).toBe(true);
};

/** Whether the picture of a person or a space is painted there. */
const isPainted = (mark: Locator) =>
  expect.poll(() => mark.locator('img').evaluateAll((all) => all.some((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))).toBe(true);

/** Ann has a space with Bob, each has shared something, and both look at it. */
async function meet(ann: Person, bob: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await post(ann, '/spaces/1/shares', { text: 'The beginning', media: [] });
  await bob.page.goto('/app/register');
  await bob.registers();
  await post(ann, '/spaces/1/members', { login: bob.login });
  await post(bob, '/shares/1/comments', { text: 'How nice, @Ann' });
  await bob.page.goto('/app/spaces/1');
  for (const each of [ann, bob]) await expect(each.card('The beginning')).toContainText('How nice');
}

test('a name and a picture are seen by others and on all devices at once, and nothing moves', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  const phone = await newPerson('Bob', { viewport: { width: 390, height: 780 } });
  await meet(ann, bob);
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.row('Family')).toBeVisible();
  const card = ann.card('The beginning');
  const comment = card.getByRole('listitem').filter({ hasText: 'How nice' });
  await expect(comment).toContainText('Bob');
  await expect(comment.locator('.avatar')).toHaveText('B');
  const before = await comment.boundingBox();

  await says(bob, { name: 'Robert the Builder' });
  await expect(comment).toContainText('Robert the Builder');
  await showsPicture(bob);
  await isPainted(comment.locator('.avatar'));
  expect(await comment.boundingBox()).toEqual(before);
  // In the list of members too, and on their own devices.
  await expect(ann.page.getByRole('complementary')).toContainText('Robert the Builder');
  await expect(bob.page.getByRole('navigation')).toContainText('Robert the Builder');
  await isPainted(phone.page.getByRole('main').locator('.avatar').first());

  // What is new is said with the name.
  await post(bob, '/spaces/1/shares', { text: 'From Bob', media: [] });
  await expect(ann.page.locator('[aria-live]').filter({ hasText: 'Robert the Builder shared: From Bob' })).toHaveCount(1);
  await expect(phone.row('Family')).toContainText('Robert the Builder: From Bob');
  await ann.page.goto('/app/spaces/1/members');
  const row = ann.page.getByRole('main').getByRole('listitem').filter({ hasText: 'Robert the Builder' });
  await expect(row).toContainText('@Bob');
  await isPainted(row.locator('.avatar'));

  // A mention offers both, and writes the login.
  await ann.page.goto('/app/spaces/1');
  await card.getByRole('button', { name: 'Comment', exact: true }).click();
  const field = card.getByRole('textbox');
  await field.pressSequentially('Look, @robert');
  const option = ann.page.getByRole('option');
  await expect(option).toHaveText(/Robert the Builder\s*@Bob/);
  await field.press('Enter');
  await expect(field).toHaveValue('Look, @Bob ');

  // The name goes, and the login is what there is.
  await says(bob, { name: null });
  await expect(comment).not.toContainText('Robert');
  await expect(comment).toContainText('Bob');
});

test('where a picture cannot be loaded, the initial stays; it is tried again with the next connection', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await ann.page.route('**/avatars/**', (route) => route.abort());
  const tried = ann.page.waitForRequest(/\/avatars\//);
  await showsPicture(bob);
  await tried;
  const mark = ann.card('The beginning').getByRole('listitem').filter({ hasText: 'How nice' }).locator('.avatar');
  await expect(mark.locator('img')).toHaveCount(0);
  await expect(mark).toHaveText('B');
  await ann.page.unroute('**/avatars/**');
  await ann.page.context().setOffline(true);
  await expect(ann.text('connection.lost')).toBeVisible();
  await ann.page.context().setOffline(false);
  await isPainted(mark);
});

test('a long name, and one from right to left, make no page wider than the window', async ({ newPerson }) => {
  test.slow();
  const ann = await newPerson('Ann', { viewport: { width: 320, height: 640 } });
  const bob = await newPerson('Bob', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
  await meet(ann, bob);
  for (const name of ['W'.repeat(50), 'משפחה בתל אביב ועוד']) {
    await says(bob, { name });
    await expect(ann.card('The beginning')).toContainText(name);
    for (const path of ['', 'spaces/1', 'shares/1', 'spaces/1/members', 'spaces/1/settings', 'account', 'notices']) {
      await opens(bob.page, `/app/${path}`);
      await expect(bob.page.getByRole('heading', { level: 1 })).toBeVisible();
      expect([path, await bob.page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 320]);
      if (name.startsWith('W')) expect(await findings(bob.page, path)).toEqual([]);
    }
    // As others see them, in a notice and in what is offered while one mentions somebody.
    await ann.page.goto('/app/notices');
    await expect(ann.page.getByRole('list', { name: 'Notifications' })).toContainText(name);
    await ann.page.goto('/app/spaces/1');
    await ann.card('The beginning').getByRole('button', { name: 'Comment', exact: true }).click();
    await ann.card('The beginning').getByRole('textbox').pressSequentially('@bo');
    await expect(ann.page.getByRole('option')).toBeVisible();
    expect(await ann.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    if (name.startsWith('W')) expect(await findings(ann.page, 'mention')).toEqual([]);
    await ann.page.keyboard.press('Escape');
    for (let times = 0; times < 3; times++) await ann.page.keyboard.press('Backspace');
  }
});
