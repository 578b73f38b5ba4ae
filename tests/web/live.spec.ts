// What others do appears by itself, in a moment, and without moving what one reads; nobody asks the server again and again.

import { en } from '../../web/src/lib/i18n/talk/en.ts';
import { pathOf } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { type Person, words } from './people.ts';

const post = async ({ page }: Person, path: string, data: object) => {
  const answer = await page.request.post(path, { data, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.ok(), await answer.text()).toBe(true);
};
const share = (person: Person, text: string) => post(person, '/spaces/1/shares', { text, media: [] });

/** Ann has a space with all of the others; they have opened it. */
async function meet(ann: Person, ...others: Person[]): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await share(ann, 'The beginning');
  for (const other of others) {
    await other.page.goto('/app/register');
    await other.registers();
    await post(ann, '/spaces/1/members', { login: other.login });
    await other.page.goto('/app/spaces/1');
  }
  for (const each of [ann, ...others]) await expect(each.card('The beginning')).toBeVisible();
}

test('shares, comments, edits and deletions appear by themselves, and no page asks for them', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  // What was read while the stream was opened is read once more; from then on, nothing is.
  await expect(ann.page.getByRole('button', { name: en['comment.write'], exact: true })).toBeVisible();
  await ann.page.evaluate(() => new Promise((soon) => setTimeout(soon, 5_000)));
  const asked: string[] = [];
  ann.page.on('request', (request) => void asked.push(`${request.method()} ${pathOf(request.url())}`));

  await share(bob, 'From Bob');
  await expect(ann.card('From Bob')).toBeVisible();
  await expect(ann.page.locator('[aria-live]').filter({ hasText: 'Bob shared: From Bob' })).toHaveCount(1);
  await post(bob, '/shares/2/comments', { text: 'And a word about it' });
  await expect(ann.card('From Bob')).toContainText('And a word about it');
  const headers = { Origin: new URL(bob.page.url()).origin };
  await bob.page.request.put('/shares/2', { data: { text: 'From Bob, changed' }, headers });
  await expect(ann.card('From Bob, changed')).toBeVisible();
  await bob.page.request.delete('/comments/1', { headers });
  await expect(ann.card('From Bob, changed')).not.toContainText('And a word about it');
  await bob.page.request.delete('/shares/2', { headers });
  await expect(ann.card('From Bob')).toHaveCount(0);
  expect(asked.filter((each) => /^GET \/(shares|comments|spaces\/1$|spaces\/1\/(shares|members))/.test(each))).toEqual([]);
});

test('what one reads further down stays where it is, and what is new waits above', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  for (let n = 1; n <= 8; n++) await share(ann, `Number ${n}`);
  await expect(ann.card('Number 8')).toBeVisible();
  const read = ann.card('Number 3');
  await read.evaluate((card) => card.scrollIntoView({ block: 'center' }));
  const place = () => read.evaluate((card) => Math.round(card.getBoundingClientRect().top));
  const before = await place();
  await share(bob, 'New one');
  await share(bob, 'New two');
  await post(bob, '/shares/9/comments', { text: 'A comment on what is above' });
  await expect(ann.button('space.new_shares', { n: 2 })).toBeVisible();
  await expect(ann.card('Number 8')).toContainText('A comment on what is above');
  expect(await place()).toBe(before);
  await ann.button('space.new_shares', { n: 2 }).click();
  await expect(ann.card('New two')).toBeInViewport();
  await expect(ann.card('New one')).toBeVisible();
});

test('through a cut line and a restart, each screen ends up as the server has it', async ({ server, newPerson }) => {
  test.slow();
  const line = await Line.to(server.url);
  const [ann, bob, cleo] = [await newPerson('Ann'), await newPerson('Bob', { baseURL: line.url }), await newPerson('Cleo')];
  await meet(ann, bob, cleo);
  line.break();
  await share(ann, 'While the line was cut');
  await post(cleo, '/shares/1/comments', { text: 'Heard later' });
  await expect(cleo.card('While the line was cut')).toBeVisible();
  await expect(bob.page.getByText(words('connection.lost'))).toBeVisible();
  line.mend();
  await expect(bob.card('While the line was cut')).toBeVisible();
  await expect(bob.card('The beginning')).toContainText('Heard later');

  await server.kill();
  await expect(ann.page.getByText(words('connection.lost'))).toBeVisible();
  await server.run();
  for (const each of [ann, bob, cleo]) await expect(each.page.getByText(words('connection.lost'))).toHaveCount(0);
  await share(cleo, 'After the restart');
  for (const each of [ann, bob, cleo]) await expect(each.card('After the restart')).toBeVisible();
  line.end();
});

test('a removed member learns it at once, and what is renamed or deleted is seen by all', async ({ newPerson }) => {
  const [ann, bob, cleo] = [await newPerson('Ann'), await newPerson('Bob'), await newPerson('Cleo')];
  await meet(ann, bob, cleo);
  await expect(bob.link('space.people', { n: 3 })).toBeVisible();
  const headers = { Origin: new URL(ann.page.url()).origin };
  await ann.page.request.delete('/spaces/1/members/3', { headers });
  await expect(cleo.text('space.left_title', { space: 'Family' })).toBeVisible();
  await expect(cleo.page.getByRole('article')).toHaveCount(0);
  await share(ann, 'Without Cleo');
  await expect(bob.link('space.people', { n: 2 })).toBeVisible();
  await expect(bob.card('Without Cleo')).toBeVisible();
  await ann.page.request.put('/spaces/1', { data: { 'new-name': 'Us' }, headers });
  await expect(bob.page.getByRole('heading', { level: 1, name: 'Us' })).toBeVisible();
  await cleo.link('nav.home').first().click();
  await expect(cleo.text('home.empty_title')).toBeVisible();
});

test('nine windows of one browser have one stream, and all of them hear', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  const pages = [bob.page];
  for (let n = 2; n <= 9; n++) {
    const page = await bob.page.context().newPage();
    await page.goto('/app/spaces/1');
    pages.push(page);
  }
  await share(ann, 'For all windows');
  for (const page of pages) await expect(page.getByRole('article').filter({ hasText: 'For all windows' })).toBeVisible();
});

test('without a shared worker a page has a stream of its own; where none gets through, it looks from time to time', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  for (const { page } of [ann, bob]) await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  // A proxy that keeps back what doesn't end.
  await bob.page.route(/\/events(\?|$)/, () => undefined);
  await bob.page.clock.install();
  const opened = ann.page.waitForRequest(/\/events(\?|$)/);
  await meet(ann, bob);
  await opened;
  await share(bob, 'From Bob');
  await expect(ann.card('From Bob')).toBeVisible();
  await share(ann, 'From Ann');
  await bob.page.clock.runFor('01:00');
  await expect(bob.card('From Ann')).toBeVisible();
});
