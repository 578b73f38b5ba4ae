// Links with a secret: to join a space, and to set a new password. axe finds nothing on their pages, in both themes.

import { findings } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { Person, words } from './people.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  const tag = colorScheme === 'dark' ? '@long' : [];
  test(`a user joins by one link and gets a new password by another, ${colorScheme}`, { tag }, async ({ server, newPerson }) => {
    const found: string[] = [];
    const options = { colorScheme, reducedMotion: 'reduce' } as const;
    const ann = await newPerson('Ann', options);
    await ann.page.goto('/');
    await ann.registers();
    await ann.makesSpace('Family');

    // The link is shown once, also as a QR code for a phone.
    await ann.page.goto('/app/spaces/1/members');
    await ann.button('invite.make').click();
    await expect(ann.page.getByRole('img', { name: words('invite.qr') })).toBeVisible();
    const link = await ann.page.getByRole('dialog').getByLabel(words('invite.link'), { exact: true }).inputValue();
    found.push(...(await findings(ann.page, 'a new invitation')));
    await ann.button('ui.close').first().click();
    await expect(ann.page.getByRole('list', { name: words('invite.list') }).getByRole('listitem')).toHaveCount(1);
    found.push(...(await findings(ann.page, 'the members, with an invitation')));

    // A user without an account registers on the way in. The secret doesn't stay in the URL.
    const bob = await newPerson('Bob', options);
    await bob.page.goto(link);
    await expect(bob.page.getByRole('heading', { name: words('invitation.to_space', { space: 'Family' }) })).toBeVisible();
    await expect(bob.text('invitation.by', { name: 'Ann' })).toBeVisible();
    found.push(...(await findings(bob.page, 'an invitation')));
    await bob.registers('Family');
    expect(bob.page.url()).toBe(`${server.url}/app/spaces/1`);
    await ann.page.reload();
    await expect(ann.page.getByRole('main').getByText('Bob', { exact: true }).first()).toBeVisible();
    await expect(ann.page.getByRole('list', { name: words('invite.list') })).toHaveCount(0);

    // It was for one person.
    const carol = await newPerson('Carol', options);
    await carol.page.goto(link);
    await expect(carol.page.getByRole('alert')).toBeVisible();
    await expect(carol.field('door.login')).toHaveCount(0);
    found.push(...(await findings(carol.page, 'an invitation that was used')));

    // A forgotten password: the link comes from the command line, and using it ends all sessions.
    const [reset] = /http:\S+/.exec(await server.command('user', 'reset-link', 'Bob')) ?? [];
    const elsewhere = await newPerson('Bob', options);
    await elsewhere.page.goto(reset ?? '');
    await elsewhere.field('account.password_new').fill('better horse');
    await elsewhere.field('register.confirm').fill('better horse');
    found.push(...(await findings(elsewhere.page, 'a new password')));
    await elsewhere.button('reset.submit').click();
    await expect(elsewhere.text('reset.done')).toBeVisible();
    found.push(...(await findings(elsewhere.page, 'a new password that is set')));
    await elsewhere.link('door.sign_in').click();
    await elsewhere.signsIn('better horse');
    await expect(elsewhere.page.getByRole('main').getByRole('link', { name: /Family/ })).toBeVisible();
    await bob.page.reload();
    await expect(bob.button('door.sign_in')).toBeVisible();
    expect(found).toEqual([]);
  });
}

test('a second link that is opened in the same window counts, and no answer to the one before', async ({ server, newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/app/register');
  await ann.registers();
  const headers = { Origin: server.url };
  const links: string[] = [];
  for (const name of ['Family', 'Friends', 'Choir']) {
    const made = await ann.page.request.post('/spaces', { data: { name }, headers });
    expect(made.ok(), await made.text()).toBe(true);
    const invited = await ann.page.request.post(`/spaces/${links.length + 1}/invitations`, { data: { role: 'member', uses: 1 }, headers });
    links.push(((await invited.json()) as { url: string }).url);
  }
  const [toFamily = '', toFriends = '', toChoir = ''] = links;
  const bob = await newPerson('Bob');
  const { page } = bob;
  const title = (space: string) => page.getByRole('heading', { name: words('invitation.to_space', { space }) });
  // Of the first link, the answer comes last.
  let isLate = true;
  let arrives = (): void => undefined;
  const asked = new Promise<void>((resolve) => (arrives = resolve));
  await page.route('**/invitations/offer', async (route) => {
    const response = await route.fetch();
    if (isLate) {
      isLate = false;
      await asked;
    }
    await route.fulfill({ response });
  });
  await page.goto(toFamily);
  await expect.poll(() => isLate).toBe(false);
  await page.goto(toFriends);
  await expect(title('Friends')).toBeVisible();
  const answer = page.waitForResponse('**/invitations/offer');
  arrives();
  await (await answer).finished();
  await expect(title('Friends')).toBeVisible();
  await bob.registers('Friends');
  await page.goto(toFamily);
  await expect(title('Family')).toBeVisible();
  await page.goto(toChoir);
  await bob.button('invitation.join', { name: 'Bob' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Choir' })).toBeVisible();
  const spaces = (await (await page.request.get('/spaces')).json()) as { space: { name: string } }[];
  expect(spaces.map(({ space }) => space.name).sort()).toEqual(['Choir', 'Friends']);

  // Of two links for a new password, the second one counts too, though the first was used.
  for (const password of ['better horse', 'the best horse']) {
    const [reset = ''] = /http:\S+/.exec(await server.command('user', 'reset-link', 'Bob')) ?? [];
    await page.goto(reset);
    await bob.field('account.password_new').fill(password);
    await bob.field('register.confirm').fill(password);
    await bob.button('reset.submit').click();
    await expect(bob.text('reset.done')).toBeVisible();
  }
  await bob.link('door.sign_in').click();
  await bob.signsIn('the best horse');
  await expect(bob.row('Choir')).toBeVisible();
});

test('an address for feed readers is read by them until it is revoked, which is asked first, also on another screen', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  // On a slow line, the list without the address comes after it was made.
  let isMade = (): void => undefined;
  const made = new Promise<void>((resolve) => (isMade = resolve));
  await page.route('**/spaces/1/feeds', async (route) => {
    const list = await route.fetch();
    if (route.request().method() === 'GET') await made;
    await route.fulfill({ response: list });
  });
  await page.goto('/app/spaces/1/settings');
  await ann.button('feeds.make').click();
  const address = await ann.field('feeds.address').inputValue();
  isMade();
  const reads = async () => (await page.context().request.get(address)).status();
  expect(await reads()).toBe(200);
  const second = new Person(await page.context().newPage(), 'Ann');
  await second.page.goto('/app/spaces/1/settings');
  const addresses = ({ page }: Person) => page.getByRole('list', { name: words('feeds.list') }).getByRole('listitem');
  await expect(addresses(second)).toHaveCount(1);
  await expect(second.field('feeds.address')).toHaveCount(0);

  const asks = async ({ page }: Person) => page.getByRole('button', { name: /^Revoke the address created / }).click();
  await asks(ann);
  const question = page.getByRole('dialog', { name: words('feeds.revoke') });
  await expect(question).toBeVisible();
  expect(await findings(page, 'a question about a feed')).toEqual([]);
  await question.getByRole('button', { name: words('ui.cancel') }).click();
  expect(await reads()).toBe(200);
  for (const person of [ann, second]) {
    await asks(person);
    await person.page.getByRole('dialog').getByRole('button', { name: words('feeds.revoke'), exact: true }).click();
    await expect(addresses(person)).toHaveCount(0);
  }
  await expect(ann.field('feeds.address')).toHaveCount(0);
  expect(await reads()).toBe(404);
});
