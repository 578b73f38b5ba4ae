// Several windows of one browser: they share one session, which may become another user's while a page is open.

import { randomBytes } from 'node:crypto';

import { en as talk } from '../../web/src/lib/i18n/talk/en.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { PASSWORD, Person, words } from './people.ts';
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
  await expect((await ann.page.request.post('/spaces/2/members', { data: { login: 'Bob' }, headers: { Origin: new URL(line.url).origin } })).ok()).toBe(true);
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

test('two windows that edit the same share and write to it keep what is written in each, and a closed one leaves it to the next', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('At the lake');
  await ann.shares();
  await expect(ann.card('At the lake')).toBeVisible();
  const opens = async () => {
    const next = new Person(await ann.page.context().newPage(), 'Ann');
    await next.page.goto('/app/spaces/1');
    await expect(next.card('At the lake').getByRole('button', { name: talk['comment.write'], exact: true })).toBeVisible();
    return next;
  };
  const other = await opens();
  const edits = async (person: Person, text: string) => {
    await person.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
    await expect(person.field('share.text')).toHaveValue('At the lake');
    await person.field('share.text').fill(text);
    await person.page.getByRole('button', { name: talk['comment.write'], exact: true }).click();
    await expect(person.page.getByLabel(talk['comment.label'])).toHaveValue('');
    await person.page.getByLabel(talk['comment.label']).fill(`${text}?`);
  };
  const has = async (person: Person, text: string) => {
    await expect(person.field('share.text')).toHaveValue(text);
    await expect(person.page.getByLabel(talk['comment.label'])).toHaveValue(`${text}?`);
  };
  await edits(ann, 'In the first window');
  await edits(other, 'In the second window');
  for (const each of [ann, other]) await each.page.reload();
  await has(ann, 'In the first window');
  await has(other, 'In the second window');

  // A third one shows the share; what a closed window has left comes with the next edit.
  const third = await opens();
  await expect(third.field('share.text')).toHaveCount(0);
  await other.page.close();
  await third.chooses(words('share.actions', { name: 'Ann' }), 'share.edit');
  await third.page.getByRole('button', { name: talk['comment.write'], exact: true }).click();
  await has(third, 'In the second window');
  await third.button('share.save').click();
  await expect(third.card('In the second window').getByRole('button', { name: talk['comment.send'], exact: true })).toBeVisible();
  await expect(third.field('share.text')).toHaveCount(0);
  await ann.page.reload();
  await has(ann, 'In the first window');
});
