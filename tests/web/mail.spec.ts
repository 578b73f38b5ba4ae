// An address for mail: given, confirmed by its link, used for what is new and for a forgotten password; in both languages and themes.

import { de } from '../../web/src/lib/i18n/de.ts';
import { en } from '../../web/src/lib/i18n/en.ts';
import { de as mailDe } from '../../web/src/lib/i18n/mail/de.ts';
import { en as mailEn } from '../../web/src/lib/i18n/mail/en.ts';
import { findings } from './axe.ts';
import { expect, test as base } from './fixtures.ts';
import { MailServer } from './mail-server.ts';
import { PASSWORD } from './people.ts';
import { Server } from './server.ts';

const test = base.extend<{ mails: MailServer }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first parameter.
  mails: async ({}, use) => {
    const mails = await MailServer.start();
    await use(mails);
    mails.end();
  },
  server: async ({ mails, basePath }, use, info) => {
    const server = await Server.start(mails.settings, basePath);
    await use(server);
    await server.keepLog(info);
    await server.end();
  },
});

const ADDRESS = 'ann@example.net';
const FRESH = 'battery staple';

for (const [locale, colorScheme, app, mail] of [
  ['en-GB', 'light', en, mailEn],
  ['de-DE', 'dark', de, mailDe],
] as const) {
  const filled = (text: string, values: Record<string, string>) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');

  const tag = colorScheme === 'dark' ? '@long' : [];
  test(`an address is confirmed by its link, and leads to what is new and to a new password (${locale}, ${colorScheme})`, { tag }, async ({ newPerson, mails, server }) => {
    test.slow();
    const { page } = await newPerson('Ann', { locale, colorScheme });
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const section = page.getByRole('region', { name: mail.title, exact: true });
    const digest = (name: string) => section.getByRole('radio', { name, exact: true });
    const linkTo = async (part: string) => {
      await expect.poll(() => mails.linkTo(ADDRESS, part)).not.toBeNull();
      return `${server.origin}${mails.linkTo(ADDRESS, part)}`;
    };
    const me = async () => (await page.request.get(`${server.url}/me`)).json();

    await page.goto('/app/register');
    await page.getByLabel(app['door.login'], { exact: true }).fill('Ann');
    await page.getByLabel(app['door.password'], { exact: true }).fill(PASSWORD);
    await page.getByLabel(app['register.confirm'], { exact: true }).fill(PASSWORD);
    await button(app['register.submit']).click();
    await expect(page.getByRole('heading', { name: app['home.title'], exact: true })).toBeVisible();

    // Without an address, there is nothing to choose.
    await page.goto('/app/account');
    await expect(section.getByRole('status')).toHaveText(mail['state.none']);
    await expect(digest(mail['digest.daily'])).toHaveCount(0);
    await section.getByLabel(mail.address).fill('no address');
    await button(mail.save).click();
    await expect.poll(async () => section.getByLabel(mail.address).evaluate((field: HTMLInputElement) => field.validity.valid)).toBe(false);
    await section.getByLabel(mail.address).fill(ADDRESS);
    await button(mail.save).click();
    await expect(section.getByRole('status')).toHaveText(filled(mail['state.waiting'], { address: ADDRESS }));
    await expect(button(mail.send_again)).toBeVisible();
    expect(await findings(page, 'address to confirm')).toEqual([]);

    const phone = await newPerson('Ann');
    await phone.page.goto('/app/sign-in');
    await phone.signsIn(PASSWORD);
    await expect(phone.page.getByRole('heading', { name: en['home.title'], exact: true })).toBeVisible();
    await phone.page.goto('/app/account');
    const there = phone.page.getByRole('region', { name: mailEn.title, exact: true }).getByRole('status');
    await expect(there).toHaveText(filled(mailEn['state.waiting'], { address: ADDRESS }));

    // A mail program that looks at the link ahead confirms nothing.
    const confirming = await linkTo('/email-confirmations/');
    await page.request.get(confirming);
    expect(await me()).toMatchObject({ email: null, unconfirmed_email: ADDRESS });
    await page.goto(confirming);
    await expect(page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2));
    await expect(page.getByText(ADDRESS)).toBeVisible();
    expect(await findings(page, 'confirming an address')).toEqual([]);
    await page.getByRole('button').click();
    await expect(page.getByRole('button')).toHaveCount(0);
    expect(await findings(page, 'confirmed address')).toEqual([]);
    expect(await me()).toMatchObject({ email: ADDRESS, unconfirmed_email: null });
    // What is open on another device follows at once.
    await expect(there).toHaveText(mailEn['state.confirmed']);
    await phone.page.close();

    await page.goto('/app/account');
    await expect(section.getByRole('status')).toHaveText(mail['state.confirmed']);
    await expect(digest(mail['digest.weekly'])).toBeChecked();
    await digest(mail['digest.daily']).check({ force: true });
    await expect(page.locator('[aria-live]').filter({ hasText: mail.kept })).toHaveCount(1);
    await page.reload();
    await expect(digest(mail['digest.daily'])).toBeChecked();
    expect(await me()).toMatchObject({ digest: 'daily' });
    expect(await findings(page, 'confirmed address in the account')).toEqual([]);

    // The password is forgotten.
    await button(app['account.sign_out']).last().click();
    await page.getByRole('link', { name: app['door.forgot'], exact: true }).click();
    await expect(page.getByText(app['reset.ask'])).toBeVisible();
    await page.getByLabel(app['reset.login_or_email']).fill(ADDRESS);
    expect(await findings(page, 'forgotten password')).toEqual([]);
    await button(app['reset.send']).click();
    await expect(page.getByText(app['reset.asked'])).toBeVisible();
    await page.goto(await linkTo('/password-reset'));
    await page.getByLabel(app['account.password_new'], { exact: true }).fill(FRESH);
    await page.getByLabel(app['register.confirm'], { exact: true }).fill(FRESH);
    expect(await findings(page, 'new password')).toEqual([]);
    await button(app['reset.submit']).click();
    await expect(page.getByText(app['reset.done'])).toBeVisible();
    await page.getByRole('link', { name: app['door.sign_in'], exact: true }).click();
    await page.getByLabel(app['door.login'], { exact: true }).fill('Ann');
    await page.getByLabel(app['door.password'], { exact: true }).fill(FRESH);
    await button(app['door.sign_in']).click();
    await expect(page.getByRole('heading', { name: app['home.title'], exact: true })).toBeVisible();

    // Taken away again, nothing goes there.
    await page.goto('/app/account');
    await button(mail.remove).click();
    await expect(section.getByRole('status')).toHaveText(mail['state.none']);
    expect(await me()).toMatchObject({ email: null });
  });
}
