// What is said without a connection waits in the browser, and is sent when the line is back: in its order, once, and only while its
// author is signed in.

import { randomBytes } from 'node:crypto';

import type { Page } from '@playwright/test';

import { de } from '../../web/src/lib/i18n/talk/de.ts';
import { en } from '../../web/src/lib/i18n/talk/en.ts';
import { findings } from './axe.ts';
import { BASE, sendOn } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { Person, words } from './people.ts';
import { png } from './png.ts';

const allowed = { serviceWorkers: 'allow' as const };
const post = async ({ page }: Person, path: string, data: object) => {
  const answer = await page.request.post(path, { data, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.ok(), await answer.text()).toBe(true);
};

/** Waits until the app is there without a connection. */
async function installed(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state ?? null), { timeout: 40_000 }).toBe('activated');
}

/** Ann has a space with two shares; her app is there without a connection. */
async function begins(ann: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  for (const text of ['By the lake', 'In the garden']) await post(ann, '/spaces/1/shares', { text, media: [] });
  await installed(ann.page);
  await ann.page.goto('/app/spaces/1');
  await expect(ann.card('By the lake')).toBeVisible();
}

async function comments(person: Person, share: string, text: string): Promise<void> {
  const card = person.card(share);
  const open = card.getByRole('button', { name: en['comment.write'], exact: true });
  const field = card.getByLabel(en['comment.label']);
  // The conversation is loaded after the card.
  await expect(open.or(field)).toBeVisible();
  if (await open.isVisible()) await open.click();
  await field.fill(text);
  await card.getByRole('button', { name: en['comment.send'], exact: true }).click();
}

const said = (person: Person, share: string) => person.card(share).getByRole('list', { name: en['comment.list'] }).locator('.words');
const waiting = (person: Person, share: string) => person.card(share).locator('.unsent .text');
const heart = (person: Person, share: string, waits: boolean) =>
  person.card(share).getByRole('button', { name: waits ? '❤️, 1 person, waiting to be sent' : '❤️, 1 person', exact: true });

interface Talk {
  text: string;
  comments: { latest: { text: string }[]; count: number };
  reactions: { emoji: string; count: number }[];
}

/** Comments that wait under shares that aren't shown. */
const elsewhere = ({ page }: Person) => page.getByRole('region', { name: en['outbox.elsewhere'] }).locator('.unsent .text');

/** What the server has. */
const there = async (page: Page) => (await (await page.request.get('/spaces/1/shares')).json()) as Talk[];

test('what is said without a connection is shown at once, outlives a restart of the app, and is sent in its order, once', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  // It comes after what is kept of the feed.
  await post(ann, '/spaces/1/shares', { text: 'On the way home', media: [] });
  await expect(ann.card('On the way home').getByRole('button', { name: en['comment.write'], exact: true })).toBeVisible();
  await server.kill();
  await comments(ann, 'On the way home', 'Zeroth');
  await expect(waiting(ann, 'On the way home')).toHaveText(['Zeroth']);
  await comments(ann, 'By the lake', 'First');
  await comments(ann, 'By the lake', 'Second');
  await comments(ann, 'In the garden', 'Third');
  await ann.card('By the lake').getByRole('button', { name: en['react.heart'] }).click();
  // Made and undone, it is as if it had never been.
  await ann.card('In the garden').getByRole('button', { name: en['react.heart'] }).click();
  await heart(ann, 'In the garden', true).click();
  await comments(ann, 'In the garden', 'Never');
  await ann.card('In the garden').locator('.unsent').filter({ hasText: 'Never' }).getByRole('button', { name: en['outbox.discard'] }).click();
  await expect(ann.card('In the garden').getByRole('button', { name: en['outbox.discard'] })).toBeFocused();
  const shown = async () => {
    await expect(waiting(ann, 'By the lake')).toHaveText(['First', 'Second']);
    await expect(waiting(ann, 'In the garden')).toHaveText(['Third']);
    await expect(ann.card('By the lake').getByText(en['outbox.waits'])).toHaveCount(2);
    await expect(heart(ann, 'By the lake', true)).toHaveAttribute('aria-pressed', 'true');
    await expect(ann.card('In the garden').getByRole('button', { name: en['react.heart'] })).toBeVisible();
  };
  await shown();
  await expect(elsewhere(ann)).toHaveCount(0);
  await ann.page.reload();
  await shown();
  await expect(elsewhere(ann)).toHaveText(['Zeroth']);
  expect(await findings(ann.page, 'waiting to be sent')).toEqual([]);

  // All windows are closed; the next one begins elsewhere.
  const again = new Person(await ann.page.context().newPage(), 'Ann');
  await ann.page.close();
  await again.page.goto(`${server.url}/app/`);
  await expect(again.page.getByText(words('connection.lost'))).toBeVisible();
  const posted: string[] = [];
  again.page.on('request', (request) => request.method() === 'POST' && request.url().endsWith('/comments') && posted.push(request.postData() ?? ''));
  await server.run();
  await expect
    .poll(async () => (await there(again.page)).map(({ text, comments, reactions }) => [text, comments.latest.map((each) => each.text), reactions.length]), { timeout: 60_000 })
    .toEqual([
      ['On the way home', ['Zeroth'], 0],
      ['In the garden', ['Third'], 0],
      ['By the lake', ['First', 'Second'], 1],
    ]);
  expect(posted.map((body) => (JSON.parse(body) as { text: string }).text)).toEqual(['Zeroth', 'First', 'Second', 'Third']);
  await again.row('Family').click();
  await expect(said(again, 'By the lake')).toHaveText(['First', 'Second']);
  await expect(heart(again, 'By the lake', false)).toHaveAttribute('aria-pressed', 'true');
  await expect(again.page.locator('.unsent')).toHaveCount(0);
});

test('a share that was sent off without a connection goes when that is back, also after a restart elsewhere, with its photo', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  await ann.choosesPhoto({ name: 'one.png', mimeType: 'image/png', buffer: png(60, randomBytes) });
  await expect(ann.page.locator('[data-medium]')).toHaveCount(1);
  await server.kill();
  await ann.writes('From the train');
  await ann.shares();
  await expect(ann.text('composer.waiting')).toBeVisible();
  await ann.page.goto('about:blank');
  await ann.page.goto('/app/');
  await expect(ann.page.getByText(words('connection.lost'))).toBeVisible();
  await server.run();
  await expect.poll(async () => (await there(ann.page)).map(({ text }) => text), { timeout: 60_000 }).toEqual(['From the train', 'In the garden', 'By the lake']);
  await ann.row('Family').click();
  await ann.seesPhotoOf('From the train');
  await expect(ann.field('composer.prompt')).toHaveValue('');
});

test('of two windows, one sends what both have left on a line that breaks in the middle', async ({ newPerson, server }) => {
  test.slow();
  const line = await Line.to(server.url);
  const ann = await newPerson('Ann', { ...allowed, baseURL: line.url });
  await begins(ann);
  const second = new Person(await ann.page.context().newPage(), 'Ann');
  await second.page.goto(`${line.url}/app/spaces/1`);
  await expect(second.card('By the lake')).toBeVisible();
  line.break();
  for (const each of [ann, second]) await expect(each.page.getByText(words('connection.lost'))).toBeVisible();
  await comments(ann, 'By the lake', 'One');
  await expect(waiting(second, 'By the lake')).toHaveText(['One']);
  await comments(second, 'By the lake', 'Two');
  await expect(waiting(ann, 'By the lake')).toHaveText(['One', 'Two']);
  await heartOf(ann);
  await expect(heart(second, 'By the lake', true)).toBeVisible();
  // What the server has taken isn't known yet when the line breaks again.
  let broken = false;
  for (const { page } of [ann, second]) {
    await page.route('**/shares/*/comments', async (route) => {
      if (broken || route.request().method() !== 'POST') return route.continue();
      broken = true;
      await sendOn(route);
      return route.abort('connectionreset');
    });
  }
  line.mend();
  await expect.poll(async () => (await there(ann.page)).find(({ text }) => text === 'By the lake')?.reactions.length, { timeout: 60_000 }).toBe(1);
  for (const each of [ann, second]) {
    await expect(said(each, 'By the lake')).toHaveText(['One', 'Two']);
    await expect(waiting(each, 'By the lake')).toHaveCount(0);
    await expect(heart(each, 'By the lake', false)).toHaveAttribute('aria-pressed', 'true');
  }
  expect(broken).toBe(true);
  line.end();
});

const heartOf = (person: Person) => person.card('By the lake').getByRole('button', { name: en['react.heart'] }).click();

test('what the server refuses for good is dropped with its reason, and nothing of it is sent by the one who signs in next', async ({ newPerson, server }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann', allowed), await newPerson('Bob', allowed)];
  await begins(ann);
  await bob.page.goto('/app/register');
  await bob.registers();
  await post(ann, '/spaces/1/members', { login: 'Bob' });
  await bob.page.evaluate((base) => localStorage.setItem(`${base}language`, 'de'), BASE);
  await installed(bob.page);
  await bob.page.goto('/app/spaces/1');
  const write = bob.card('By the lake').getByRole('button', { name: de['comment.write'], exact: true });
  await expect(write).toBeVisible();
  await server.kill();
  await write.click();
  await bob.card('By the lake').getByLabel(de['comment.label']).fill('Bin ich noch da?');
  await bob.card('By the lake').getByRole('button', { name: de['comment.send'], exact: true }).click();
  await expect(bob.card('By the lake').getByText(de['outbox.waits'])).toBeVisible();
  expect(await findings(bob.page, 'waiting, in German')).toEqual([]);
  await comments(ann, 'By the lake', 'For later');
  await expect(waiting(ann, 'By the lake')).toHaveText(['For later']);

  // Bob is removed before his browser reaches the server again.
  await bob.page.context().setOffline(true);
  await ann.page.context().setOffline(true);
  await server.run();
  const members = (await (await ann.page.request.get(`${server.url}/spaces/1/members`)).json()) as { user: { id: number; login: string } }[];
  const id = members.find(({ user }) => user.login === 'Bob')?.user.id;
  const headers = { Origin: server.origin };
  expect((await ann.page.request.delete(`${server.url}/spaces/1/members/${id}`, { headers })).ok()).toBe(true);
  // Ann's session is over, and somebody else signs in at her browser.
  expect((await ann.page.request.delete(`${server.url}/logout`, { headers })).ok()).toBe(true);
  await bob.page.context().setOffline(false);
  await expect(bob.page.getByText('„Bin ich noch da?“')).toBeVisible({ timeout: 60_000 });

  await ann.page.context().setOffline(false);
  await expect(ann.button('door.sign_in')).toBeVisible();
  const next = new Person(ann.page, 'Bob');
  await next.signsIn();
  await expect(next.text('lost.title')).toBeVisible();
  await next.page.goto(`${server.url}/app/account`);
  await next.button('account.sign_out').click();
  await expect(next.button('door.sign_in')).toBeVisible();
  // Ann finds it again herself, and it goes.
  await ann.signsIn();
  await expect(ann.row('Family')).toBeVisible();
  await ann.page.goto(`${server.url}/app/spaces/1`);
  await expect(said(ann, 'By the lake')).toHaveText(['For later']);
});

test('who signs out while something waits is asked first, and nothing of it is left', async ({ newPerson }) => {
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  await ann.page.route('**/shares/*/comments', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 503 }) : route.continue()));
  await comments(ann, 'By the lake', 'Not yet');
  await expect(waiting(ann, 'By the lake')).toHaveText(['Not yet']);
  await ann.page.goto('/app/account');
  await ann.button('account.sign_out').click();
  const dialog = ann.page.getByRole('dialog', { name: en['outbox.leave_title'] });
  await expect(dialog).toContainText('1 comment or reaction waits');
  expect(await findings(ann.page, 'signing out while something waits')).toEqual([]);
  await dialog.getByRole('button', { name: words('ui.cancel') }).click();
  await ann.button('account.sign_out').click();
  await dialog.getByRole('button', { name: en['outbox.leave_anyway'] }).click();
  await expect(ann.button('door.sign_in')).toBeVisible();
  await expect.poll(() => ann.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toEqual([]);
});

test('who signs out while a share is on its way is asked first, and it goes while that is open', async ({ newPerson }) => {
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route('**/spaces/1/shares', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  await ann.writes('From the train');
  await ann.shares();
  await expect(ann.text('composer.sending')).toBeVisible();
  await ann.page.locator('a[href$="/app/account"]').first().click();
  await ann.button('account.sign_out').click();
  const dialog = ann.page.getByRole('dialog', { name: en['outbox.leave_title'] });
  await expect(dialog).toContainText(en['outbox.leave_shares'].one.replace('{n}', '1'));
  expect(await findings(ann.page, 'signing out while a share is on its way')).toEqual([]);
  release();
  await expect.poll(async () => (await there(ann.page)).map(({ text }) => text)).toContain('From the train');
  await dialog.getByRole('button', { name: words('ui.cancel') }).click();
  await ann.button('account.sign_out').click();
  await expect(ann.button('door.sign_in')).toBeVisible();
});
