// What concerns one is told: in the inbox, on all devices at once, as much of each space as one likes.

import { en } from '../../web/src/lib/i18n/notices/en.ts';
import { findings } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, Person, words } from './people.ts';

const post = async ({ page }: Person, path: string, data: object) => {
  const answer = await page.request.post(path, { data, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.ok(), await answer.text()).toBe(true);
};
const filled = (text: string, values: Record<string, string>) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');

async function meet(ann: Person, bob: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await bob.page.goto('/app/register');
  await bob.registers();
  await post(ann, '/spaces/1/members', { login: bob.login });
  await post(bob, '/spaces/1/shares', { text: 'From Bob', media: [] });
}

test('a notice arrives by itself, leads to what it is about, and is read on all devices', async ({ newPerson }) => {
  test.slow();
  const [ann, bob, phone] = [await newPerson('Ann'), await newPerson('Bob'), await newPerson('Bob', { viewport: { width: 390, height: 780 } })];
  await meet(ann, bob);
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.row('Family')).toBeVisible();
  await post(ann, '/shares/1/comments', { text: 'How nice' });
  const sentence = filled(en['notice.comment'], { name: 'Ann', space: 'Family' });
  await expect(bob.page.locator('[aria-live]').filter({ hasText: sentence })).toHaveCount(1);
  const bell = phone.page.getByRole('main').getByRole('link', { name: words('nav.notices_unread', { n: 1 }), exact: true });
  await expect(bell).toBeVisible();
  await expect(bob.page.getByRole('navigation').getByRole('link', { name: words('nav.notices') })).toContainText(words('nav.unread', { n: 1 }));
  await bell.click();
  const row = phone.page.getByRole('link').filter({ hasText: sentence });
  await expect(row).toContainText('How nice');
  await expect(row).toContainText(en['notice.new']);
  expect(await findings(phone.page, 'inbox')).toEqual([]);
  // Seen on the phone, nothing is unread at the desk. On the phone it is marked until one leaves.
  await expect(bob.page.getByRole('navigation').getByRole('link', { name: words('nav.notices') })).not.toContainText(words('nav.unread', { n: 1 }));
  await expect(row).toContainText(en['notice.new']);
  // Another one comes while one looks: it stands above, and is read then.
  await post(ann, '/spaces/1/shares', { text: 'Look here, @Bob', media: [] });
  await expect(phone.page.getByRole('list', { name: words('nav.notices') }).getByRole('link').first()).toContainText('Look here');
  await expect.poll(async () => ((await (await bob.page.request.get('/me')).json()) as { unread_notices: number }).unread_notices).toBe(0);
  await row.click();
  await expect(phone.card('From Bob')).toContainText('How nice');
  await phone.page.goto('/app/');
  await expect(phone.page.getByRole('main').getByRole('link', { name: words('nav.notices'), exact: true })).toBeVisible();
});

test('nobody is told anything of a space of which they want nothing, and the choice says what it means', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await bob.page.goto('/app/spaces/1/settings');
  const level = (key: 'level.all' | 'level.none') => bob.page.getByRole('radio', { name: en[key], exact: true });
  await expect(level('level.all')).toBeChecked();
  await expect(bob.page.getByText(filled(en['level.all_hint'], { space: 'Family' }))).toBeVisible();
  expect(await findings(bob.page, 'settings of notices')).toEqual([]);
  const phone = new Person(await bob.page.context().newPage(), 'Bob');
  await phone.page.goto('/app/spaces/1/settings');
  const onPhone = phone.page.getByRole('checkbox', { name: en['level.push'] });
  await expect(onPhone).toBeChecked();
  // One tap and another while the first is on its way: both are kept, and the other device shows them.
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await bob.page.route('**/spaces/1/notices', async (route) => {
    await released;
    await route.continue();
  });
  const sent = bob.page.waitForRequest((request) => request.method() === 'PUT');
  await bob.page.getByRole('radio', { name: en['level.mentions'], exact: true }).check({ force: true });
  await sent;
  await bob.page.getByRole('checkbox', { name: en['level.push'] }).uncheck();
  release();
  await expect(onPhone).not.toBeChecked();
  await expect(phone.page.getByRole('radio', { name: en['level.mentions'], exact: true })).toBeChecked();
  await bob.page.unroute('**/spaces/1/notices');
  await phone.page.close();

  await level('level.none').check({ force: true });
  await expect(bob.page.getByText(filled(en['level.none_hint'], { space: 'Family' }))).toBeVisible();
  await expect(bob.page.getByRole('checkbox', { name: en['level.push'] })).toHaveCount(0);
  await expect(bob.page.locator('[aria-live]').filter({ hasText: en['level.saved'] })).toHaveCount(1);
  await bob.page.reload();
  await expect(level('level.none')).toBeChecked();
  await post(ann, '/shares/1/comments', { text: 'Unheard' });
  await bob.page.goto('/app/notices');
  await expect(bob.page.getByRole('heading', { name: en['notice.empty_title'] })).toBeVisible();
  expect(await findings(bob.page, 'empty inbox')).toEqual([]);
});
