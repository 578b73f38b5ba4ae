// Several windows of one browser: they share one session, which may become another user's while a page is open.

import { randomBytes } from 'node:crypto';

import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { PASSWORD, Person } from './people.ts';
import { png } from './png.ts';

test('what one user wrote is never shared by the next who signs in in another window', async ({ server, newPerson }) => {
  const bob = await newPerson('Bob');
  await bob.page.goto('/app/register');
  await bob.registers();
  await bob.makesSpace('Office');

  const line = await Line.to(server.url);
  const ann = await newPerson('Ann', { baseURL: line.url });
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  // Both are members of the space, so that only the account distinguishes them.
  await expect((await ann.page.request.post('/spaces/2/members', { data: { login: 'Bob' }, headers: { Origin: line.url } })).ok()).toBe(true);
  await ann.writes('For my sister only');
  await ann.choosesPhoto({ name: 'one.png', mimeType: 'image/png', buffer: png(40, randomBytes) });
  line.break();
  await ann.shares();
  await expect(ann.text('composer.waiting')).toBeVisible();

  // Bob signs in in another window of her browser, not over the broken connection.
  const request = ann.page.context().request;
  await request.post(`${server.url}/login`, { data: { login: 'Bob', password: PASSWORD } });
  line.mend();
  await expect(ann.text('door.successor', { name: 'Bob', me: 'Ann' })).toBeVisible();
  const shared = async () => (await (await request.get(`${server.url}/spaces/2/shares`)).json()) as { user: { login: string } }[];
  expect(await shared()).toEqual([]);

  // Ann comes back and has all of it, the photo too.
  await ann.signsIn();
  await expect(ann.field('composer.prompt')).toHaveValue('For my sister only');
  await ann.shares();
  await ann.seesPhotoOf('For my sister only');
  expect((await shared()).map((share) => share.user.login)).toEqual(['Ann']);
  line.end();
});

test('signing out in one window ends it in the others, and the next user acts as themselves', async ({ newPerson }) => {
  const bob = await newPerson('Bob');
  await bob.page.goto('/app/register');
  await bob.registers();

  const ann = await newPerson('Ann');
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  const other = new Person(await ann.page.context().newPage(), 'Ann');
  await other.page.goto('/app/account');
  await other.button('account.sign_out').click();
  await expect(other.button('door.sign_in')).toBeVisible();
  await expect(ann.text('door.expired')).toBeVisible();

  const next = new Person(other.page, 'Bob');
  await next.signsIn();
  await expect(next.text('home.empty_title')).toBeVisible();
  await ann.button('door.go_on', { name: 'Bob' }).click();
  await expect(ann.text('home.empty_title')).toBeVisible();
  await expect(ann.page.getByText('Family', { exact: true })).toHaveCount(0);

  // When the same person signs in again, their other windows continue, too.
  await next.page.goto('/app/account');
  await next.button('account.sign_out').click();
  await expect(ann.text('door.expired')).toBeVisible();
  await next.signsIn();
  await expect(ann.text('home.empty_title')).toBeVisible();
});
