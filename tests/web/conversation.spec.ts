// Two people who talk about a share: at the same moment, on two screens, with a reload in between.

import { en } from '../../web/src/lib/i18n/talk/en.ts';
import { findings } from './axe.ts';
import { sendOn } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import type { Person } from './people.ts';
import { words } from './people.ts';

/** Ann has shared something with Bob; both see it. */
async function meet(ann: Person, bob: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await bob.page.goto('/app/register');
  await bob.registers();
  const headers = { Origin: new URL(ann.page.url()).origin };
  expect((await ann.page.request.post('/spaces/1/members', { data: { login: bob.login }, headers })).ok()).toBe(true);
  await ann.page.reload();
  await ann.writes('Nice weather');
  await ann.shares();
  await bob.page.goto('/app/spaces/1');
  for (const { page } of [ann, bob]) await expect(page.getByRole('button', { name: en['comment.write'], exact: true })).toBeVisible();
}

async function comments({ page }: Person, text: string): Promise<void> {
  const open = page.getByRole('button', { name: en['comment.write'], exact: true });
  if (await open.isVisible()) await open.click();
  await page.getByLabel(en['comment.label']).fill(text);
  await page.getByRole('button', { name: en['comment.send'], exact: true }).click();
}

const said = ({ page }: Person) => page.getByRole('list', { name: en['comment.list'] }).locator('.words');
const hearts = ({ page }: Person, n: number) =>
  page.getByRole('button', { name: `❤️, ${n} ${n === 1 ? 'person' : 'people'}`, exact: true });

test('two people comment and react in the same second, and both screens show both, also after a reload', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await Promise.all([comments(ann, 'Let’s have a barbecue'), comments(bob, 'I bring salad, @ann')]);
  const heart = (person: Person) => person.page.getByRole('button', { name: en['react.heart'] }).or(hearts(person, 1)).click();
  await Promise.all([heart(ann), heart(bob)]);
  const agree = async () => {
    for (const person of [ann, bob]) {
      await expect(said(person)).toHaveCount(2);
      await expect(said(person).filter({ hasText: 'salad' }).locator('.mention')).toHaveText('@ann');
      await expect(hearts(person, 2)).toHaveAttribute('aria-pressed', 'true');
    }
    expect(await said(ann).allTextContents()).toEqual(await said(bob).allTextContents());
  };
  await agree();
  await bob.page.reload();
  await agree();
  expect(await findings(ann.page, 'conversation')).toEqual([]);

  // Who it was is found by keyboard too: the chip has a menu key.
  await hearts(bob, 2).click({ button: 'right' });
  await expect(bob.page.getByRole('dialog').getByRole('listitem')).toHaveText([/Ann/, /Bob/]);
  expect(await findings(bob.page, 'who reacted')).toEqual([]);
  await bob.page.keyboard.press('Escape');

  // What is taken back is gone on both.
  await hearts(bob, 2).click();
  await expect(hearts(bob, 1)).toHaveAttribute('aria-pressed', 'false');
  await expect(hearts(ann, 1)).toHaveAttribute('aria-pressed', 'true');
});

test('a draft outlives a reload, and what is written is there once though its answer was lost', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await bob.page.getByRole('button', { name: en['comment.write'], exact: true }).click();
  const field = bob.page.getByLabel(en['comment.label']);
  await field.pressSequentially('Hello @a');
  await expect(bob.page.getByRole('option', { name: 'Ann' })).toHaveAttribute('aria-selected', 'true');
  await field.press('Enter');
  await expect(field).toHaveValue('Hello @Ann ');
  await bob.page.reload();
  await expect(field).toHaveValue('Hello @Ann ');
  // The server takes it, and the line breaks before the answer.
  let lost = false;
  await bob.page.route('**/shares/*/comments', async (route) => {
    if (route.request().method() !== 'POST' || lost) return route.continue();
    lost = true;
    await sendOn(route);
    return route.abort();
  });
  await field.press('Control+Enter');
  await expect(said(ann)).toHaveText(['Hello @Ann']);
  await expect(async () => {
    const again = bob.button('ui.retry');
    // It is sent again by itself too, and the button is gone then.
    if (await again.isVisible()) await again.click({ timeout: 1000 });
    await expect(field).toHaveValue('', { timeout: 1000 });
  }).toPass();
  await expect(said(bob)).toHaveText(['Hello @Ann']);
  await expect(said(ann)).toHaveText(['Hello @Ann']);
});

test('a comment is edited by its author, deleted by an admin, and can be had back for a while', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await comments(bob, 'I come at sixe');
  const menu = (person: Person) => person.page.getByRole('button', { name: en['comment.actions'].replace('{name}', 'Bob') });
  await menu(bob).click();
  await bob.page.getByRole('menuitem', { name: en['comment.edit'] }).click();
  await bob.page.getByLabel(words('share.text'), { exact: true }).fill('I come at six');
  await bob.button('share.save').click();
  await expect(menu(bob)).toBeFocused();
  await expect(said(ann)).toHaveText(['I come at six']);
  await expect(ann.page.getByRole('listitem').getByText(words('share.edited'))).toBeVisible();
  await menu(ann).click();
  await expect(ann.page.getByRole('menuitem', { name: en['comment.edit'] })).toHaveCount(0);
  await ann.page.getByRole('menuitem', { name: en['comment.delete'] }).click();
  await expect(said(ann)).toHaveCount(0);
  await expect(ann.page.getByRole('article').getByRole('heading', { level: 2 })).toBeFocused();
  await ann.button('share.undo').click();
  await expect(said(ann)).toHaveText(['I come at six']);
  // The app is left: the phone may end it before the time is over, which doesn't run while the pointer is there.
  await menu(ann).click();
  await ann.page.getByRole('menuitem', { name: en['comment.delete'] }).click();
  await ann.button('share.undo').hover();
  await ann.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(said(bob)).toHaveCount(0);
  await expect(ann.button('share.undo')).toHaveCount(0);
});

test('an admin pins a share, and it stands at the top for all, folded', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  await ann.page.getByRole('button', { name: words('share.actions', { name: 'Ann' }) }).click();
  await ann.page.getByRole('menuitem', { name: en['pin.add'], exact: true }).click();
  await bob.page.reload();
  for (const { page } of [ann, bob]) {
    const top = page.locator('summary', { hasText: '1 pinned share' });
    await top.click();
    await expect(page.getByRole('link', { name: /Nice weather/ })).toBeVisible();
  }
  expect(await findings(bob.page, 'pinned')).toEqual([]);
  // With what is another's, a member can do nothing that has a menu.
  await expect(bob.page.getByRole('button', { name: words('share.actions', { name: 'Ann' }) })).toHaveCount(0);
});

test('what is loaded late and cannot be says so where it belongs, and is there once it can', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await meet(ann, bob);
  const { page } = ann;
  const late = /\/assets\/(EmojiPicker|CommentWriter|emoji-list)-.*\.js$/;
  await page.route(late, (route) => route.abort());
  await page.getByRole('button', { name: en['react.add'], exact: true }).click();
  await expect(ann.text('ui.not_loaded')).toBeVisible();
  await page.unroute(late);
  await ann.button('ui.retry').click();
  await expect(page.getByRole('dialog', { name: en['react.add'] })).toBeVisible();

  await page.route(late, (route) => route.abort());
  await page.getByRole('button', { name: en['react.all'] }).click();
  await expect(ann.text('ui.not_loaded')).toBeVisible();
  await page.unroute(late);
  await ann.button('ui.retry').click();
  await page.getByRole('button', { name: '🍀', exact: true }).click();
  await expect(page.getByRole('button', { name: '🍀, 1 person', exact: true })).toBeVisible();

  await page.route(late, (route) => route.abort());
  await page.getByRole('button', { name: en['comment.write'], exact: true }).click();
  await expect(ann.text('ui.not_loaded')).toBeVisible();
  await page.unroute(late);
  await ann.button('ui.retry').click();
  await expect(page.getByLabel(en['comment.label'])).toBeVisible();
});
