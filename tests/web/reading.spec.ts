// What is new since one was there last: marked in the feed, counted at home and in the title, and read on all devices at once.

import { findings } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, type Person, words } from './people.ts';

const post = async ({ page }: Person, path: string, data: object) => {
  const answer = await page.request.post(path, { data, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.ok(), await answer.text()).toBe(true);
};
const share = (person: Person, text: string) => post(person, '/spaces/1/shares', { text, media: [] });

const unread = async ({ page }: Person) => {
  const [space] = (await (await page.request.get('/spaces')).json()) as { unread: number }[];
  return space?.unread;
};

/** Ann has a space with Bob, who is at home. */
async function meet(ann: Person, bob: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await share(ann, 'The beginning');
  await bob.page.goto('/app/register');
  await bob.registers();
  await post(ann, '/spaces/1/members', { login: bob.login });
  await expect(bob.row('Family')).toBeVisible();
}

test('what is new is counted until it was seen, on each of one’s devices', async ({ newPerson }) => {
  test.slow();
  const [ann, bob, phone] = [await newPerson('Ann'), await newPerson('Bob'), await newPerson('Bob', { viewport: { width: 390, height: 780 } })];
  await meet(ann, bob);
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.row('Family')).toBeVisible();
  await share(ann, 'First news');
  await share(ann, 'Second news');
  for (const each of [bob, phone]) {
    await expect(each.row('Family')).toContainText(words('home.unread', { n: 2 }));
    await expect(each.page).toHaveTitle(/^\(2\) /);
    expect(await findings(each.page, 'home with news')).toEqual([]);
  }
  await phone.row('Family').click();
  await expect(phone.text('space.new_above')).toBeVisible();
  expect(await findings(phone.page, 'feed with news')).toEqual([]);
  // Read on the phone, it is read at the desk, where nobody has touched anything.
  for (const each of [bob, phone]) await expect(each.page).toHaveTitle(/^[^(]/);
  await expect(bob.row('Family')).not.toContainText(words('home.unread', { n: 2 }));
  // The line stays while one is there, also when more comes, and is gone when one comes again.
  const line = phone.text('space.new_above');
  const told = phone.page.waitForResponse((response) => response.url().endsWith('/spaces/1/read'));
  await share(ann, 'Third news');
  await expect(phone.card('Third news')).toBeVisible();
  const below = line.locator('xpath=following::article[1]');
  await expect(below).toContainText('The beginning');
  // Until it was looked at, it is new.
  await told;
  await phone.page.goBack();
  await phone.row('Family').click();
  await expect(phone.card('Third news')).toBeVisible();
  await expect(phone.text('space.new_above')).toHaveCount(0);
});

test('what was not looked at stays new: a window behind others, and what stands further down than one has come', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await bob.page.goto('/app/spaces/1');
  await expect(bob.card('The beginning')).toBeVisible();
  // What is shared after the page was read arrives by the stream, so that one is open from then on.
  await share(ann, 'Read at once');
  await expect(bob.card('Read at once')).toBeVisible();
  // The title says nothing of it before it is counted, either: the server knows whether it was read.
  await expect.poll(() => unread(bob)).toBe(0);
  await expect(bob.page).toHaveTitle(/^[^(]/);
  await bob.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await share(ann, 'News');
  await expect(bob.card('News')).toBeVisible();
  await expect(bob.page).toHaveTitle(/^\(1\) /);
  await bob.page.evaluate(() => new Promise((soon) => setTimeout(soon, 3_000)));
  await expect(bob.page).toHaveTitle(/^\(1\) /);
});

test('a comment is new until its share was seen, and my spaces stand where something happened last', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await post(bob, '/spaces', { name: 'Garden' });
  await bob.page.goto('/app/spaces/1');
  await expect(bob.card('The beginning')).toBeVisible();
  await bob.page.goto('/app/');
  const rows = bob.page.getByRole('main').getByRole('listitem');
  await expect(rows.first()).toContainText('Garden');
  await post(ann, '/shares/1/comments', { text: 'A word' });
  await expect(bob.page).toHaveTitle(/^\(1\) /);
  // Nothing moves under one's finger.
  await expect(rows.first()).toContainText('Garden');
  await bob.row('Family').click();
  await expect(bob.card('The beginning')).toContainText('A word');
  await expect(bob.page).toHaveTitle(/^[^(]/);
  await bob.page.goBack();
  await expect(rows.first()).toContainText('Family');
});
